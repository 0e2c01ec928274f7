// The interface of all scores.

import type { SoundEvent } from "../sound-event.ts";

/**
 * A sequence of timed sound events. It uses no clock and no audio, so live playback (in small steps) and an offline
 * render (all at once) get the same events.
 */
export type Score = {
  /**
   * Returns the next events before `t`, in order, each once. `t` is in seconds of the score and rises from call to
   * call.
   */
  until(t: number): SoundEvent[];
};
