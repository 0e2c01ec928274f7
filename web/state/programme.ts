import type { PastDay } from "../sea/past-day.ts";
import { framesPerDay } from "../sea/replay-frames.ts";
import type { Preset } from "../sound/preset.ts";
import type { PageState } from "./page-state.ts";

/** What is to be heard: the region in view, one station, or a past day from one of its frames on. */
export type Programme = { preset: Preset } & (
  | { mode: "network" }
  | { mode: "tune"; stationId: string }
  | { mode: "24h"; day: PastDay; fromFrame: number }
);

/**
 * Begins what the view says; a past day that is not loaded yet begins once it is.
 * @param fromFrame of the past; without it, from the frame that is shown, or from the first once the day is over
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

/** Returns whose past day it is; `null`: that of many stations. */
export function stationOf({ of }: PastDay): string | null {
  return "stationId" in of ? of.stationId : null;
}
