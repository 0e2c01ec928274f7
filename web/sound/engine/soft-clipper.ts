// The soft clipper at the end of the engine.

/** Below this level nothing is changed; above, which must not happen, the peaks are rounded. */
export const softClipperLevel = 0.7;
/** What the bend is drawn for; a shaper knows nothing beyond 1, so its input is to be this much smaller. */
export const softClipperRange = 2;
const softClipperPoints = 8193;

/** Rounds what would be clipped: a straight line up to {@link softClipperLevel}, and from there a bend that never reaches 1. */
export function createSoftClipper(context: BaseAudioContext): WaveShaperNode {
  const left = 1 - softClipperLevel;
  const shaper = context.createWaveShaper();
  shaper.curve = Float32Array.from({ length: softClipperPoints }, (_, index) => {
    const value = softClipperRange * ((2 * index) / (softClipperPoints - 1) - 1);
    const size = Math.abs(value);
    if (size <= softClipperLevel) return value;
    return Math.sign(value) * (softClipperLevel + left * Math.tanh((size - softClipperLevel) / left));
  });
  return shaper;
}
