// The state of playback: what it depends on, and the report of its changes.

import type { Clock } from "../../../../shared/clock.ts";
import { createOpening } from "./opening.ts";
import { createStandstill } from "./standstill.ts";

/**
 * State of playback. `off`: before the first start; `loading`: until the first sound; `interrupted`: the browser, the
 * system or a lost device stopped the sound. The next user gesture resumes it, unless it resumes by itself.
 */
export type PlayerState = "off" | "loading" | "playing" | "paused" | "interrupted";

/** The parts of an AudioContext that this file needs. */
type AudioState = Pick<AudioContext, "state" | "currentTime">;

/** What the state depends on. */
type Playback = {
  /** `null` before the sound card is opened. */
  context(): AudioState | null;
  /** Returns whether the listener has paused the sound. */
  isPaused(): boolean;
  /** Returns whether the engine is ready. */
  canSound(): boolean;
};

/** Follows the state of playback. */
type StateWatch = {
  readonly now: PlayerState;
  /** Whether the audio clock stands still although its context runs. */
  readonly stands: boolean;
  /** Grants the context time to start: until then the state stays the same. */
  beginOpening(): void;
  /** Watches whether the audio clock stands still, or grants it time to start again. */
  watchClock(): void;
  /** Calls `onState` if the state has changed. */
  report(): void;
  /** The same when the context has changed its state, which may end its start. */
  contextChanged(): void;
};

/** Makes a watch in the state `off`. */
export function createStateWatch(playback: Playback, onState: (state: PlayerState) => void, clock: Clock): StateWatch {
  let reported: PlayerState = "off";
  const opening = createOpening(report, clock);
  const standstill = createStandstill(runningS, report, clock);

  return {
    get now() {
      return stateNow();
    },
    get stands() {
      return standstill.stands;
    },
    beginOpening: opening.begin,
    watchClock: standstill.watch,
    report,
    contextChanged() {
      if (playback.context()?.state === "running") opening.end();
      report();
    },
  };

  /** Returns the audio clock's time if it should advance. */
  function runningS(): number | null {
    const context = playback.context();
    return context?.state === "running" && !playback.isPaused() ? context.currentTime : null;
  }

  function stateNow(): PlayerState {
    const context = playback.context();
    if (context === null) return "off";
    if (playback.isPaused()) return "paused";
    if (!playback.canSound()) return "loading";
    if (context.state === "running" && !standstill.stands) return "playing";
    return opening.lasts ? reported : "interrupted";
  }

  function report(): void {
    const state = stateNow();
    if (state === reported) return;
    reported = state;
    onState(state);
  }
}
