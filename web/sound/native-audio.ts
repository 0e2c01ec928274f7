// The browser's own audio classes. The build gives them to Tone.js in place of standardized-audio-context.
//
// That package works around faults of browsers older than those the page supports, for contexts that it creates itself.
// The engine's contexts are the browser's. The package was a quarter of the page (31 of 120 kB, gzip).

export const { AudioBuffer, AudioContext, AudioWorkletNode, OfflineAudioContext } = globalThis;

/** Returns whether a value is a live context of the browser. */
export const isAnyAudioContext = (value: unknown) => value instanceof AudioContext;
/** Returns whether a value is an offline context of the browser. */
export const isAnyOfflineAudioContext = (value: unknown) => value instanceof OfflineAudioContext;
/** Returns whether a value is an audio node of the browser. */
export const isAnyAudioNode = (value: unknown) => value instanceof AudioNode;
/** Returns whether a value is a parameter of an audio node of the browser. */
export const isAnyAudioParam = (value: unknown) => value instanceof AudioParam;
/** Returns that the browser has Web Audio: Tone.js asks, but the engine does not. */
export const isSupported = async () => true;
