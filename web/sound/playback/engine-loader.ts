// Fetches the engine and has the waveforms made.

import { soundSampleRate } from "../sample-rate.ts";
import type { Waveforms } from "../timbre/waveforms.ts";

/** What is needed to sound, and takes time to get. */
export type EngineParts = Pick<typeof import("../engine/engine.ts"), "createEngine" | "Ticker"> & {
  waveforms: Waveforms;
};

/** The noises of the sea are always the same: nobody knows one from another. */
const waveformSeed = 1;

/**
 * Makes a function that fetches engine and waveforms once, whenever it is first called.
 * @throws {Error} from that function, if they cannot be had; it may be called again
 */
export function createEngineLoader(): () => Promise<EngineParts> {
  let parts: Promise<EngineParts> | null = null;
  return () => {
    parts ??= fetchParts();
    parts.catch(() => (parts = null));
    return parts;
  };
}

async function fetchParts(): Promise<EngineParts> {
  const [{ createEngine, prepareAudioBuffers, Ticker }, waveforms] = await Promise.all([
    import("../engine/engine.ts"),
    fetchWaveforms(),
  ]);
  await prepareAudioBuffers(waveforms);
  return { createEngine, Ticker, waveforms };
}

/** Made in a worker: on the page's own thread they would hold up the map. */
async function fetchWaveforms(): Promise<Waveforms> {
  const worker = new Worker(waveformWorkerUrl);
  try {
    return await new Promise<Waveforms>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Waveforms>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(`the bells could not be made: ${message || "no worker"}`));
      worker.postMessage({ sampleRate: soundSampleRate, seed: waveformSeed });
    });
  } finally {
    worker.terminate();
  }
}
