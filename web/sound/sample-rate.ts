// The sample rates of the sound.

/** Sample rate of all waveforms and renders. The browser resamples for devices with another rate. */
export const soundSampleRate = 48_000;
/** Sample rate of the flutter noise, which only modulates the wind. */
export const flutterSampleRate = 8_000;
