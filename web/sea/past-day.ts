// Loads a past day as frames.

import type { BoundingBox } from "../../shared/client/answers.ts";
import { loadHistory, loadMedians } from "../../shared/client/api.ts";
import { UnreachableError } from "../../shared/client/errors.ts";
import { staleAfterMs } from "../../shared/sea.ts";
import { frameStepMs, framesOfStation, framesPerDay, type ReplayFrame } from "./replay-frames.ts";

/** The subject of a replay: one station, or all stations in a box; `null` is the whole network. */
export type PastOf = { stationId: string } | { bbox: BoundingBox | null };

/** A past day in frames, and its subject. */
export type PastDay = { of: PastOf; frames: ReplayFrame[] };

const dayMs = 24 * 60 * 60_000;

/**
 * Loads a past day. Offline, a region that was never replayed gets the day of the whole network, which `keepPastDay`
 * caches.
 * @param nowMs end of the day, in Unix milliseconds
 * @throws as `loadConditions`
 */
export async function loadPastDay(server: string, of: PastOf, nowMs: number, signal: AbortSignal): Promise<PastDay> {
  if ("stationId" in of) {
    const reports = await loadHistory(server, of.stationId, nowMs - dayMs - staleAfterMs, signal);
    return { of, frames: framesOfStation(reports, Math.floor(nowMs / frameStepMs) * frameStepMs) };
  }
  try {
    return { of, frames: await loadFrames(server, of.bbox, signal) };
  } catch (error) {
    if (of.bbox === null || signal.aborted || !(error instanceof UnreachableError)) throw error;
    return { of: { bbox: null }, frames: await loadFrames(server, null, signal) };
  }
}

async function loadFrames(server: string, bbox: BoundingBox | null, signal: AbortSignal): Promise<ReplayFrame[]> {
  const medians = await loadMedians(server, { bbox }, signal);
  return medians.slice(-framesPerDay).map((frame) => ({ ...frame, agesMin: {} }));
}
