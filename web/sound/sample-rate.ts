// Sample rates.

/** Samples a second of all that is made and rendered; a device that has another rate is served by the browser. */
export const soundSampleRate = 48_000;
/** Of the noise that makes the wind flutter: it modulates and is not heard itself. */
export const flutterSampleRate = 8_000;
