// What any score is.

import type { SoundEvent } from "../sound-event.ts";

/**
 * What is to sound, and when. It knows no clock and no audio: whoever plays it asks for what comes next, live as little
 * by little as offline all at once, and gets the same.
 */
export type Score = {
  /** What sounds before `t` and was not given out yet, in order. `t` rises from call to call; seconds of the score. */
  until(t: number): SoundEvent[];
};
