// The soft clipper at the end of the engine.

/** Below this level the signal does not change. Peaks above it, which should not occur, are rounded. */
export const softClipperLevel = 0.7;
/**
 * Input range of the curve. A WaveShaper is limited to an input of 1, so the caller divides the signal by this value.
 */
export const softClipperRange = 2;
/** The curve stays below this level: -1.9 dBFS, so that peaks between two samples stay below -1 dBTP. */
const softClipperLimit = 0.8;
const softClipperPoints = 8193;

/** Makes a soft clipper: linear up to {@link softClipperLevel}, then a curve that never reaches {@link softClipperLimit}. */
export function createSoftClipper(context: BaseAudioContext): WaveShaperNode {
  const left = softClipperLimit - softClipperLevel;
  const shaper = context.createWaveShaper();
  shaper.curve = Float32Array.from({ length: softClipperPoints }, (_, index) => {
    const value = softClipperRange * ((2 * index) / (softClipperPoints - 1) - 1);
    const size = Math.abs(value);
    if (size <= softClipperLevel) return value;
    return Math.sign(value) * (softClipperLevel + left * Math.tanh((size - softClipperLevel) / left));
  });
  return shaper;
}
