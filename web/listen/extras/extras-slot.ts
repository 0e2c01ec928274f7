// Loads mixer, sleep timer, recording and MIDI on first use.

import type { Clock } from "../../../shared/clock.ts";
import { find, setText } from "../../dom/dom.ts";
import { lazy } from "../../dom/lazy.ts";
import { showMissingPart } from "../../dom/missing-part.ts";
import type { PageState } from "../../state/page-state.ts";
import * as problemWords from "../../words/english/problems.ts";
import type { Playback } from "../playback.ts";

/** Loads mixer, sleep timer, recording and MIDI when a user first opens them. */
export function offerSoundExtras(playback: Playback, state: PageState, clock: Clock): void {
  const extras = lazy(async () => {
    const { createSoundExtras } = await import("./sound-extras.ts");
    createSoundExtras(playback, state, clock);
  });
  const fetchExtras = () =>
    extras.get().catch((error) => {
      showMissingPart(find("mixer", HTMLElement), error);
      setText(find("recording", HTMLElement), problemWords.missingRecording);
    });
  for (const id of ["mixer", "more"]) {
    const element = find(id, HTMLElement);
    element.addEventListener("beforetoggle", fetchExtras);
    if (element.matches(":popover-open")) void fetchExtras();
  }
}
