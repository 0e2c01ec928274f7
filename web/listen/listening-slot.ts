// Loads the playback shortly after the page.

import type { Clock } from "../../shared/clock.ts";
import type { Announcer } from "../dom/announcer.ts";
import { lazy } from "../dom/lazy.ts";
import type { PageState } from "../state/page-state.ts";
import { showInvitation } from "./invitation.ts";
import { showListenButton } from "./listen-button.ts";
import type { Playback } from "./playback.ts";

/** The playback, loaded on demand. */
type ListeningOffer = {
  /** Starts, pauses or resumes the sound. */
  press(): Promise<void>;
  /** Starts or resumes the sound for a gesture that asks for it. */
  listen(): Promise<void>;
  /** Starts the sound for a gesture that names a station, unless the user has paused it. */
  listenFirst(): Promise<void>;
  /** `null` until the playback has loaded. */
  readonly playback: Playback | null;
};

/** Loads the playback this long after the page, so that the sound starts right after a click. */
const prepareMs = 1_000;
const prepareTimeoutMs = 3_000;

/** Shows the Listen button, and loads the playback after the page. */
export function offerListening(
  state: PageState,
  server: string | null,
  announcer: Announcer,
  clock: Clock,
): ListeningOffer {
  const playback = lazy(async () => {
    const { startListening } = await import("./listening.ts");
    return startListening(state, server, announcer, clock);
  });
  const press = showListenButton(state, announcer, async () => (await playback.get()).toggle());
  const prepare = () => void playback.get().catch(() => {});
  if ("requestIdleCallback" in globalThis) requestIdleCallback(prepare, { timeout: prepareTimeoutMs });
  else clock.after(prepareMs, prepare);
  const listen = async () => {
    if (state.player.value !== "playing") await press();
  };
  showInvitation(state, listen, clock);
  return {
    press,
    listen,
    async listenFirst() {
      if (state.player.value === "off") await press();
    },
    get playback() {
      return playback.value;
    },
  };
}
