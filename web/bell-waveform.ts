/** Rate of the waveforms: twice what the highest partial of the highest bell needs. */
export const waveformHz = 24_000;

const bellSeconds = 6;
const knockSeconds = 0.25;

/**
 * Partials of a major-third bell: ratio to the strike note, level, and seconds until it has faded by 60 dB. Each is a
 * part of a just major chord, so that bells of a just scale never beat against each other.
 */
const partials = [
  { ratio: 0.5, level: 0.35, fadeS: 6 },
  { ratio: 1, level: 1, fadeS: 5 },
  { ratio: 1.25, level: 0.35, fadeS: 4 },
  { ratio: 1.5, level: 0.25, fadeS: 3 },
  { ratio: 2, level: 0.6, fadeS: 2.5 },
  { ratio: 3, level: 0.25, fadeS: 1.5 },
  { ratio: 4, level: 0.15, fadeS: 1 },
  { ratio: 5.02, level: 0.1, fadeS: 0.6 },
];

/** A cast bell is never quite round: each partial is two, this far apart, and so warbles. */
const warbleHz = 0.7;

/** One stroke of a bell, at its hardest, mono at {@link waveformHz}, with a peak of 1. */
export function bellWaveform(strikeNoteHz: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(bellSeconds * waveformHz);
  for (const { ratio, level, fadeS } of partials) {
    addRinging(samples, strikeNoteHz * ratio - warbleHz / 2, level / 2, fadeS);
    addRinging(samples, strikeNoteHz * ratio + warbleHz / 2, level / 2, fadeS);
  }
  return normalise(samples);
}

/** One knock on dead wood: two broad resonances that are gone before an ear could name a pitch. */
export function knockWaveform(): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(knockSeconds * waveformHz);
  for (const [hz, level, fadeS] of [
    [310, 1, 0.09],
    [473, 0.8, 0.07],
    [791, 0.5, 0.045],
    [1270, 0.3, 0.03],
  ] as const) {
    addRinging(samples, hz, level, fadeS);
  }
  return normalise(samples);
}

/** Adds a decaying sine by the recurrence of a resonator, which needs no sine a sample. */
function addRinging(samples: Float32Array, hz: number, level: number, fadeS: number): void {
  const angle = (2 * Math.PI * hz) / waveformHz;
  const decay = 10 ** (-3 / (fadeS * waveformHz));
  const feedback = 2 * decay * Math.cos(angle);
  const damping = decay * decay;
  // By then it has faded by 90 dB.
  const end = Math.min(samples.length, Math.ceil(1.5 * fadeS * waveformHz));
  let before = 0;
  let now = level * decay * Math.sin(angle);
  for (let index = 1; index < end; index++) {
    samples[index] = (samples[index] ?? 0) + now;
    const next = feedback * now - damping * before;
    before = now;
    now = next;
  }
}

function normalise(samples: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return samples.map((sample) => sample / peak);
}
