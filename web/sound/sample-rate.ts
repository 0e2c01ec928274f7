/** Samples a second of all that is made and rendered; a device that has another rate is served by the browser. */
export const soundSampleRate = 48_000;
