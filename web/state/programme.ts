// Programmes: the sound that belongs to a view.

import type { PastDay } from "../sea/past-day.ts";
import { framesPerDay } from "../sea/replay-frames.ts";
import type { PageState, Programme } from "./page-state.ts";

/**
 * Starts the view's programme; a past day starts once it is loaded.
 * @param fromFrame first frame of the past; by default the frame on the page, or frame 0 after the day's end
 */
export function beginProgramme(state: PageState, fromFrame?: number): void {
  const programme = programmeOf(state, fromFrame);
  if (programme !== null) state.programme.value = programme;
}

function programmeOf({ view, past, pastFrame }: PageState, fromFrame?: number): Programme | null {
  const { mode, stationId, preset } = view.value;
  if (mode === "network") return { mode, preset };
  if (mode === "tune") return stationId === null ? null : { mode, preset, stationId };
  const day = past.value;
  if (day === null || stationOf(day) !== stationId) return null;
  const shown = pastFrame.value === framesPerDay - 1 ? 0 : pastFrame.value;
  return { mode, preset, day, fromFrame: fromFrame ?? shown };
}

/** Returns a past day's station; `null` for a day of many stations. */
export function stationOf({ of }: PastDay): string | null {
  return "stationId" in of ? of.stationId : null;
}
