import { silentDb } from "../mapping.ts";
import { createGlide, type Glide } from "../score/glide.ts";
import { BiquadFilter, Context, connect, Gain, Panner, type Param, setContext } from "../tone.ts";
import { audioBufferOf } from "./audio-buffers.ts";

type Samples = Float32Array<ArrayBuffer>;

/** Makes the nodes of one engine, and knows what of them must be held or silenced. */
export type Nodes = ReturnType<typeof createNodes>;

/** @param beginS time of the context's beginning; the loops depend on it */
export function createNodes(context: BaseAudioContext, beginS: number) {
  // Tone's own clock is not used, so it needs no worker of its own.
  const tone = new Context({
    context: context as AudioContext,
    clockSource: "offline",
    lookAhead: 0,
    updateInterval: 1,
  });
  // Each of Tone's nodes asks for a default context, even if it is given one; without this, Tone would open its own.
  setContext(tone);
  const now = () => context.currentTime;
  const glides: Glide[] = [];
  const levels: Glide[] = [];

  function glideOf(param: Param<"gain"> | Param<"frequency"> | Param<"number"> | Param<"audioRange">): Glide {
    const glide = createGlide(param as Param<"number">, now);
    glides.push(glide);
    return glide;
  }

  return {
    context,
    beginS,
    now,
    /** What scores move; it is held when the score is switched. */
    glides,
    /** The levels of the layers, which fall to nothing when the score is switched. */
    levels,
    gain: (gain: number) => new Gain({ context: tone, gain }),
    /** A gain of noise. It is computed once in 128 samples: a noise hides the steps, and they cost a tenth. */
    coarseGain(gain: number) {
      const node = new Gain({ context: tone, gain });
      node.input.gain.automationRate = "k-rate";
      return node;
    },
    filter(type: BiquadFilterType, frequency: number, Q: number) {
      const filter = new BiquadFilter({ context: tone, type, frequency, Q });
      const { input } = filter;
      // Else it is computed anew for each sample.
      for (const param of [input.frequency, input.Q, input.gain, input.detune]) param.automationRate = "k-rate";
      return filter;
    },
    panner(pan: number) {
      const panner = new Panner({ context: tone, pan, channelCount: 1 });
      panner.input.pan.automationRate = "k-rate";
      return panner;
    },
    /** Samples that go round and round, at the place where they would be had they begun with the clock. */
    loop(samples: Samples, sampleRate: number): AudioBufferSourceNode {
      const loop = context.createBufferSource();
      loop.buffer = audioBufferOf(sampleRate, samples);
      loop.loop = true;
      const startS = now();
      loop.start(startS, (beginS + startS) % loop.buffer.duration);
      return loop;
    },
    /** Samples that are played once. */
    once(samples: Samples, sampleRate: number, rate: number, into: AudioNode): AudioBufferSourceNode {
      const source = context.createBufferSource();
      source.buffer = audioBufferOf(sampleRate, samples);
      source.playbackRate.value = rate;
      source.connect(into);
      return source;
    },
    glideOf,
    /** A gain that a listener sets, and no score: it stays as it is when the score is switched. */
    settingOf: (gain: Gain): Glide => createGlide(gain.gain as unknown as Param<"number">, now),
    levelOf(gain: Gain): Glide {
      const level = glideOf(gain.gain);
      levels.push(level);
      return level;
    },
  };
}

/** Connects each node to the next. */
export function connectChain(first: Parameters<typeof connect>[0], ...rest: Parameters<typeof connect>[1][]): void {
  let from = first;
  for (const to of rest) {
    connect(from, to);
    from = to as typeof from;
  }
}

export function fromDb(db: number): number {
  return db <= silentDb ? 0 : 10 ** (db / 20);
}
