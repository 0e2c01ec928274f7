// The nodes of one engine.

import { BiquadFilter, Context, connect, Gain, type OutputNode, Panner, setContext } from "../tone.ts";
import { audioBufferOf } from "./audio-buffers.ts";
import { createGlides } from "./glides.ts";

type Samples = Float32Array<ArrayBuffer>;

/** A context of the browser, live or offline. */
export type AnyContext = AudioContext | OfflineAudioContext;

/** Makes the nodes of one engine, and the glides of their parameters. */
export type Nodes = ReturnType<typeof createNodes>;

/** Returns what makes an engine's nodes. @param beginS time of the context's beginning, in seconds; the loops depend on it */
export function createNodes(context: AnyContext, beginS: number) {
  const now = () => context.currentTime;
  return { context, beginS, now, ...createToneNodes(context), ...createSources(context, beginS), ...createGlides(now) };
}

function createToneNodes(native: AnyContext) {
  // Tone's own clock is not used, so it needs no worker of its own.
  const context = new Context({ context: native, clockSource: "offline", lookAhead: 0, updateInterval: 1 });
  // Each of Tone's nodes asks for a default context, even if it is given one; without this, Tone would open its own.
  setContext(context);

  return {
    gain: (gain: number) => new Gain({ context, gain }),
    /** A gain of noise. It is computed once in 128 samples: a noise hides the steps, and they cost a tenth. */
    coarseGain(gain: number) {
      const node = new Gain({ context, gain });
      node.input.gain.automationRate = "k-rate";
      return node;
    },
    filter(type: BiquadFilterType, frequency: number, Q: number) {
      const filter = new BiquadFilter({ context, type, frequency, Q });
      const { input } = filter;
      // Else it is computed again for each sample.
      for (const param of [input.frequency, input.Q, input.gain, input.detune]) param.automationRate = "k-rate";
      return filter;
    },
    panner(pan: number) {
      const panner = new Panner({ context, pan, channelCount: 1 });
      panner.input.pan.automationRate = "k-rate";
      return panner;
    },
  };
}

function createSources(context: AnyContext, beginS: number) {
  return {
    /** Samples that go round and round, at the place where they would be had they begun with the clock. */
    loop(samples: Samples, sampleRate: number): AudioBufferSourceNode {
      const loop = context.createBufferSource();
      loop.buffer = audioBufferOf(sampleRate, samples);
      loop.loop = true;
      const startS = context.currentTime;
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
  };
}

/** Connects each node to the next. */
export function connectChain(first: OutputNode, ...rest: readonly OutputNode[]): void {
  let from = first;
  for (const to of rest) {
    connect(from, to);
    from = to;
  }
}
