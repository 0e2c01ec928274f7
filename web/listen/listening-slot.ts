import type { Clock } from "../../shared/clock.ts";
import { lazy } from "../dom/lazy.ts";
import type { PageState } from "../state/page-state.ts";
import { showListenButton } from "./listen-button.ts";
import type { Playback } from "./playback.ts";

/** What begins to sound once somebody presses a button. */
type ListeningOffer = {
  press(): Promise<void>;
  /** `null` until it is fetched. */
  readonly playback: Playback | null;
};

/** What is needed to sound is fetched by then, so that a click is followed by sound at once. */
const prepareMs = 1_000;
const prepareTimeoutMs = 3_000;

/** Shows the button, and fetches the playback after the page. */
export function offerListening(state: PageState, clock: Clock): ListeningOffer {
  const playback = lazy(async () => {
    const { startListening } = await import("./listening.ts");
    return startListening(state, clock);
  });
  const press = showListenButton(state, async () => (await playback.get()).toggle());
  const prepare = () => void playback.get().catch(() => {});
  if ("requestIdleCallback" in globalThis) requestIdleCallback(prepare, { timeout: prepareTimeoutMs });
  else clock.after(prepareMs, prepare);
  return {
    press,
    get playback() {
      return playback.value;
    },
  };
}
