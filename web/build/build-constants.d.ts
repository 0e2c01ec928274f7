/** Address of the worker that makes the waveforms, relative to the page. Given by `build.ts`. */
declare const waveformWorkerUrl: string;

/** Files that the service worker keeps from the start, relative to itself. Given by `build.ts`. */
declare const precacheFiles: readonly string[];

/** What this build is known by: a hash over all its files. Given by `build.ts`. */
declare const buildVersion: string;
