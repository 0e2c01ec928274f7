// The soft clipper at the end of the engine.

/** Below this level nothing is changed; above, which must not happen, the peaks are rounded. */
export const seatBeltLevel = 0.7;
/** What the bend is drawn for; a shaper knows nothing beyond 1, so its input is to be this much smaller. */
export const seatBeltRange = 2;
const seatBeltPoints = 8193;

/** Rounds what would be clipped: a straight line up to {@link seatBeltLevel}, and from there a bend that never reaches 1. */
export function createSeatBelt(context: BaseAudioContext): WaveShaperNode {
  const left = 1 - seatBeltLevel;
  const shaper = context.createWaveShaper();
  shaper.curve = Float32Array.from({ length: seatBeltPoints }, (_, index) => {
    const value = seatBeltRange * ((2 * index) / (seatBeltPoints - 1) - 1);
    const size = Math.abs(value);
    if (size <= seatBeltLevel) return value;
    return Math.sign(value) * (seatBeltLevel + left * Math.tanh((size - seatBeltLevel) / left));
  });
  return shaper;
}
