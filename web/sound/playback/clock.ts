// Conversion of audio clock times to the time at which the listener hears them.

/** Max difference between measured and estimated time; a larger one means a stale reading. */
const plausibleMs = 500;

/** The parts of an AudioContext that this file needs. */
type AudioClock = Pick<AudioContext, "currentTime" | "baseLatency" | "outputLatency" | "getOutputTimestamp">;

/** Converts times of an audio clock. */
export type HeardClock = {
  /** Reads the device's latency and position. Call it a few times a second. */
  read(): void;
  /** Returns when a time of the audio clock is heard, in the time of `performance.now()`. It asks the device nothing. */
  heardAtMs(atS: number, nowMs: number): number;
};

/**
 * Creates the conversion for a context. Sound reaches the ear only after the device's buffers. If the browser knows the
 * current output position, this uses it; if the position is missing or stale, it adds the latency.
 * @param canRead whether the browser may be asked about its device. In Firefox (153, PulseAudio) these calls wait for the
 * audio process, and can hang the tab for ever; there, the sound is heard a few hundredths later than estimated
 */
export function createHeardClock(context: AudioClock, canRead = !navigator.userAgent.includes("Firefox/")): HeardClock {
  let latencyS = context.baseLatency || 0;
  /** Position 0 of the output, of `performance.now()`; NaN: unknown. */
  let zeroAtMs = Number.NaN;
  return {
    read() {
      if (!canRead) return;
      latencyS = context.outputLatency || context.baseLatency || 0;
      const { contextTime, performanceTime } = context.getOutputTimestamp();
      zeroAtMs = contextTime && performanceTime ? performanceTime - contextTime * 1000 : Number.NaN;
    },
    heardAtMs(atS, nowMs) {
      const estimatedMs = nowMs + (atS - context.currentTime + latencyS) * 1000;
      const measuredMs = zeroAtMs + atS * 1000;
      return Math.abs(measuredMs - estimatedMs) < plausibleMs ? measuredMs : estimatedMs;
    },
  };
}
