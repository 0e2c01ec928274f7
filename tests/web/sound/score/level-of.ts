// Test helper: the last level of a layer.

import { silentDb } from "../../../../web/sound/mapping.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";

/** Returns the last level of a layer, in dB; `silentDb` if it has none. */
export function levelOf(events: SoundEvent[], layer: string): number {
  const found = events.findLast((event) => event.type === "set" && event.layer === layer);
  return found?.type === "set" ? found.gainDb : silentDb;
}
