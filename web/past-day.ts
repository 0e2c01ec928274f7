import { type BoundingBox, loadHistory, loadMedians } from "./api.ts";
import { staleAfterMs } from "./network.ts";
import { frameStepMs, framesOfStation, framesPerDay, type ReplayFrame } from "./replay-frames.ts";

/** Whose past is replayed: one station's, or that of all in a box; `null` is the whole network. */
export type PastOf = { stationId: string } | { bbox: BoundingBox | null };

/** A past day in frames, and whose it is. */
export type PastDay = { of: PastOf; frames: ReplayFrame[] };

const dayMs = 24 * 60 * 60_000;

/**
 * Loads a past day. Of a region that cannot be had, since there is no network and it was never replayed before, it is that
 * of the whole network, which `keepPastDay` keeps.
 * @throws as `loadConditions` does
 */
export async function loadPastDay(server: string, of: PastOf, nowMs: number, signal: AbortSignal): Promise<PastDay> {
  if ("stationId" in of) {
    const reports = await loadHistory(server, of.stationId, nowMs - dayMs - staleAfterMs, signal);
    return { of, frames: framesOfStation(reports, Math.floor(nowMs / frameStepMs) * frameStepMs) };
  }
  try {
    return { of, frames: await loadFrames(server, of.bbox, signal) };
  } catch (error) {
    if (of.bbox === null || signal.aborted || !(error instanceof TypeError)) throw error;
    return { of: { bbox: null }, frames: await loadFrames(server, null, signal) };
  }
}

async function loadFrames(server: string, bbox: BoundingBox | null, signal: AbortSignal): Promise<ReplayFrame[]> {
  const medians = await loadMedians(server, { bbox }, signal);
  return medians.slice(-framesPerDay).map((frame) => ({ ...frame, agesMin: {} }));
}
