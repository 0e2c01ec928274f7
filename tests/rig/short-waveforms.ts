// Short waveforms, for pages whose sound is not tested.

import { bellNotesHz } from "../../web/sound/mapping.ts";
import type { Waveforms } from "../../web/sound/timbre/waveforms.ts";

/**
 * Holds a script that replaces the page's waveform worker and answers at once. The real worker takes two to three seconds of
 * processor time per page. The replacement is a hum of the right length without layers.
 */
export const shortWaveforms = `(${answerForWorker})(${makeShort}, ${bellNotesHz.length})`;

/** Runs in the page, so it cannot use anything from this module. */
function makeShort(sampleRate: number, bells: number): Waveforms {
  const hum = Float32Array.from({ length: 2_048 }, (_, index) => 0.1 * Math.sin((2 * Math.PI * index) / 128));
  // Noises have other sample rates, so they cannot share a buffer with the others.
  const [slow, noise] = [hum.slice(), hum.slice()];
  return {
    sampleRate,
    swell: [slow, slow],
    foam: noise,
    wind: noise,
    flutter: slow,
    drone: hum,
    bells: Array.from({ length: bells }, () => ({ body: hum, brightness: hum })),
    bowed: Array.from({ length: bells }, () => hum),
    knock: hum,
    room: hum,
  };
}

/** Runs in the page, so it cannot use anything from this module. */
function answerForWorker(make: typeof makeShort, bells: number): void {
  const Native = globalThis.Worker;
  function AnsweringWorker(url: string | URL, options?: WorkerOptions) {
    if (!String(url).includes("waveform-worker")) return new Native(url, options);
    const worker = {
      onmessage: (_: { data: Waveforms | [] }) => {},
      postMessage({ sampleRate, seed }: { sampleRate: number; seed?: number }) {
        queueMicrotask(() => worker.onmessage({ data: seed === undefined ? [] : make(sampleRate, bells) }));
      },
      terminate() {},
    };
    return worker;
  }
  Object.assign(globalThis, { Worker: AnsweringWorker });
}
