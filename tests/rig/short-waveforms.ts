// Waveforms that take no time to make, for pages whose sound is not what is tested.

import { bellNotesHz } from "../../web/sound/mapping.ts";
import type { Waveforms } from "../../web/sound/timbre/waveforms.ts";

/**
 * A script for a page, which answers at once in the place of the worker that makes the waveforms: that takes two to three
 * seconds of processor time for each page. What then sounds is a hum of the right length in no layer.
 */
export const shortWaveforms = `(${answerForWorker})(${makeShort}, ${bellNotesHz.length})`;

/** Runs in the page, and sees nothing of this module. */
function makeShort(sampleRate: number, bells: number): Waveforms {
  const hum = Float32Array.from({ length: 2_048 }, (_, index) => 0.1 * Math.sin((2 * Math.PI * index) / 128));
  return {
    sampleRate,
    swell: [hum, hum],
    foam: hum,
    wind: hum,
    flutter: hum,
    drone: hum,
    bells: Array.from({ length: bells }, () => ({ body: hum, brightness: hum })),
    bowed: Array.from({ length: bells }, () => hum),
    knock: hum,
    room: hum,
  };
}

/** Runs in the page, and sees nothing of this module. */
function answerForWorker(make: typeof makeShort, bells: number): void {
  const Native = globalThis.Worker;
  function AnsweringWorker(url: string | URL, options?: WorkerOptions) {
    if (!String(url).includes("waveform-worker")) return new Native(url, options);
    const worker = {
      onmessage: (_: { data: Waveforms }) => {},
      postMessage({ sampleRate }: { sampleRate: number }) {
        queueMicrotask(() => worker.onmessage({ data: make(sampleRate, bells) }));
      },
      terminate() {},
    };
    return worker;
  }
  Object.assign(globalThis, { Worker: AnsweringWorker });
}
