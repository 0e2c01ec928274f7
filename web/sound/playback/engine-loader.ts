// Loader for the engine and its waveforms.

import { soundSampleRate } from "../sample-rate.ts";
import type { Samples } from "../timbre/samples.ts";
import type { WaveformRequest } from "../timbre/waveform-worker.ts";
import type { Waveforms } from "../timbre/waveforms.ts";

/** The parts needed for playback; they load asynchronously. */
export type EngineParts = Pick<typeof import("../engine/engine.ts"), "createEngine" | "Ticker"> & {
  waveforms: Waveforms;
};

/** The noise is always the same, because a listener hears no difference between seeds. */
const waveformSeed = 1;

/**
 * Makes a function that fetches engine and waveforms on its first call and then returns the same result.
 * @throws {Error} from that function, if a fetch fails; the next call tries again
 */
export function createEngineLoader(): () => Promise<EngineParts> {
  let parts: Promise<EngineParts> | null = null;
  return () => {
    parts ??= fetchParts();
    parts.catch(() => (parts = null));
    return parts;
  };
}

/** Makes the bells' other striking places and adds them to the waveforms. Without them the first place sounds on. */
export async function addOtherPlaces(waveforms: Waveforms): Promise<void> {
  waveforms.places = await fetchFrom<Samples[][]>({ sampleRate: soundSampleRate });
}

async function fetchParts(): Promise<EngineParts> {
  const [{ createEngine, prepareAudioBuffers, Ticker }, waveforms] = await Promise.all([
    import("../engine/engine.ts"),
    fetchFrom<Waveforms>({ sampleRate: soundSampleRate, seed: waveformSeed }),
  ]);
  await prepareAudioBuffers(waveforms);
  return { createEngine, Ticker, waveforms };
}

/** Makes the waveforms in a worker: on the page's own thread they would block the map. */
async function fetchFrom<Made>(request: WaveformRequest): Promise<Made> {
  const worker = new Worker(waveformWorkerUrl);
  try {
    return await new Promise<Made>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Made>) => resolve(data);
      worker.onerror = ({ message }) =>
        reject(new Error(`the waveforms could not be made: ${message || "the worker did not start"}`));
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
