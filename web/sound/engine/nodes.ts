// Factories for the audio nodes of one engine.

import { BiquadFilter, Context, connect, Gain, type OutputNode, Panner, setContext } from "../tone.ts";
import { audioBufferOf } from "./audio-buffers.ts";
import { createGlides } from "./glides.ts";

type Samples = Float32Array<ArrayBuffer>;

/** A context of the browser, live or offline. */
export type AnyContext = AudioContext | OfflineAudioContext;

/** Factories for the nodes of one engine and for the glides of their parameters. */
export type Nodes = ReturnType<typeof createNodes>;

/**
 * Returns the factories for an engine's nodes.
 * @param beginS start time of the context in seconds; it sets the phase of the loops
 */
export function createNodes(context: AnyContext, beginS: number) {
  const now = () => context.currentTime;
  return { context, beginS, now, ...createToneNodes(context), ...createSources(context, beginS), ...createGlides(now) };
}

function createToneNodes(native: AnyContext) {
  // The engine does not use Tone's clock, so Tone needs no worker.
  const context = new Context({ context: native, clockSource: "offline", lookAhead: 0, updateInterval: 1 });
  // Tone's nodes read the default context even if they receive one. Without this line Tone would open its own.
  setContext(context);

  return {
    gain: (gain: number) => new Gain({ context, gain }),
    /** Makes a gain for noise, computed once per 128 samples: noise hides the steps, and the gain costs a tenth. */
    coarseGain(gain: number) {
      const node = new Gain({ context, gain });
      node.input.gain.automationRate = "k-rate";
      return node;
    },
    filter(type: BiquadFilterType, frequency: number, Q: number) {
      const filter = new BiquadFilter({ context, type, frequency, Q });
      const { input } = filter;
      // The browser would otherwise recompute the filter for each sample.
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
    /** Loops samples, with the phase of a loop that started at time 0 of the clock. */
    loop(samples: Samples, sampleRate: number): AudioBufferSourceNode {
      const loop = context.createBufferSource();
      loop.buffer = audioBufferOf(sampleRate, samples);
      loop.loop = true;
      const startS = context.currentTime;
      loop.start(startS, (beginS + startS) % loop.buffer.duration);
      return loop;
    },
    /** Plays samples once, without starting the source. */
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
