// The single waves between two reports. A station measures a height and a period; each wave is simulated from them.

/** A simulated wave. */
export type SingleWave = {
  /** Height as a share of the significant wave height that was measured. */
  height: number;
  /** How early or late it comes, -1..1. */
  lag: number;
};

/** Number of components; enough for heights that follow Rayleigh's distribution. */
const components = 32;
/** Frequencies of the spectrum, as a multiple of its peak. */
const [lowest, highest] = [0.6, 2.2];

/**
 * Makes a sequence of waves, each about one period after the last. They are the sum of sines from the JONSWAP spectrum
 * (Hasselmann et al. 1973), whose peak is the measured period. Its envelope gives heights with Rayleigh's distribution
 * (Longuet-Higgins 1952), and sets of large waves, since the spectrum is narrow.
 */
export function createSingleWaves(random: () => number): () => SingleWave {
  const frequencies = Array.from({ length: components }, () => drawFrequency(random));
  const turns = frequencies.map(random);

  return () => {
    let [real, imaginary] = [0, 0];
    for (const [index, frequency] of frequencies.entries()) {
      const turn = (turns[index] ?? 0) + frequency;
      turns[index] = turn % 1;
      real += Math.cos(2 * Math.PI * turn);
      imaginary += Math.sin(2 * Math.PI * turn);
    }
    const envelope = Math.hypot(real, imaginary);
    // The mean square of a wave's height is half that of the significant height.
    return { height: envelope / Math.sqrt(2 * components), lag: envelope === 0 ? 0 : imaginary / envelope };
  };
}

/** Draws a frequency, as a multiple of the peak, so that all components have the same energy. */
function drawFrequency(random: () => number): number {
  for (;;) {
    const frequency = lowest + (highest - lowest) * random();
    if (random() < jonswap(frequency)) return frequency;
  }
}

/** Returns the energy of the JONSWAP spectrum at a multiple of its peak frequency, relative to the peak. */
function jonswap(frequency: number): number {
  const width = frequency < 1 ? 0.07 : 0.09;
  const peak = 3.3 ** (Math.exp(-((frequency - 1) ** 2) / (2 * width ** 2)) - 1);
  return frequency ** -5 * Math.exp(-1.25 * (frequency ** -4 - 1)) * peak;
}
