// Constants that `build.ts` puts into the bundles.

/** URL of the worker that computes the waveforms, relative to the page. */
declare const waveformWorkerUrl: string;

/** Files that the service worker caches at install, relative to itself. */
declare const precacheFiles: readonly string[];

/** Identifies this build: a hash over all its files. */
declare const buildVersion: string;
