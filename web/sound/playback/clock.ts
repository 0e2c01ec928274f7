// When a time of the audio clock reaches the ear.

/** Two readings of one moment that are further apart than this are not of one moment. */
const plausibleMs = 500;

/** What of an AudioContext tells the time. */
type AudioClock = Pick<AudioContext, "currentTime" | "baseLatency" | "outputLatency" | "getOutputTimestamp">;

/**
 * Returns when a time of the audio clock is heard, as of `performance.now()`. What leaves the context reaches the ear only after
 * the device's buffers, so a browser that knows what the device plays right now is asked for that; where it knows nothing
 * yet, or something stale, its latency is added.
 */
export function heardAtMs(context: AudioClock, atS: number, nowMs: number): number {
  const latencyS = context.outputLatency || context.baseLatency || 0;
  const estimatedMs = nowMs + (atS - context.currentTime + latencyS) * 1000;
  const { contextTime, performanceTime } = context.getOutputTimestamp();
  if (!contextTime || !performanceTime) return estimatedMs;
  const measuredMs = performanceTime + (atS - contextTime) * 1000;
  return Math.abs(measuredMs - estimatedMs) < plausibleMs ? measuredMs : estimatedMs;
}
