// The sample rates of the sound.

/** Sample rate of all waveforms and renders. The browser resamples for devices with another rate. */
export const soundSampleRate = 48_000;
/** Sample rate of wind and foam, which have nothing above 8.5 kHz. */
export const noiseSampleRate = 24_000;
/** Lowest rate that all browsers play, for the flutter noise, which only modulates the wind, and of the swell, which has nothing above 480 Hz. */
export const slowSampleRate = 8_000;
