// Constants that `build.ts` puts into the bundles.

/** URL of the worker that computes the waveforms, relative to the page. */
declare const waveformWorkerUrl: string;

/** Files that the service worker caches at install, besides the page: the size in bytes of each, by its relative URL. */
declare const precacheFiles: Readonly<Record<string, number>>;

/** Those of them that the page names. */
declare const pageFiles: readonly string[];

/** Identifies this build: a hash over all its files. */
declare const buildVersion: string;
