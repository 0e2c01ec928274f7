// Conversion of audio clock times to the time at which the listener hears them.

/** Max difference between measured and estimated time; a larger one means a stale reading. */
const plausibleMs = 500;

/** The parts of an AudioContext that this file needs. */
type AudioClock = Pick<AudioContext, "currentTime" | "baseLatency" | "outputLatency" | "getOutputTimestamp">;

/**
 * Returns when a time of the audio clock is heard, in the time of `performance.now()`.
 * Sound reaches the ear only after the device's buffers. If the browser knows the current output position, this uses
 * it; if the position is missing or stale, it adds the latency.
 */
export function heardAtMs(context: AudioClock, atS: number, nowMs: number): number {
  const latencyS = context.outputLatency || context.baseLatency || 0;
  const estimatedMs = nowMs + (atS - context.currentTime + latencyS) * 1000;
  const { contextTime, performanceTime } = context.getOutputTimestamp();
  if (!contextTime || !performanceTime) return estimatedMs;
  const measuredMs = performanceTime + (atS - contextTime) * 1000;
  return Math.abs(measuredMs - estimatedMs) < plausibleMs ? measuredMs : estimatedMs;
}
