// The decay times of the bells.

/** Time in which the strike note of a bell at 440 Hz fades by 60 dB, in seconds; low bells ring longer. */
export const ringS = 2.2;

/** Returns the time (s) in which the strike note of a bell fades by 60 dB. */
export function ringOf(hz: number): number {
  return ringS * (440 / hz) ** 0.35;
}
