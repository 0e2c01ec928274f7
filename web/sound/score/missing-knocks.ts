// Knocks in place of what a station did not measure.

import { missingKnockDb } from "../mapping.ts";
import type { SeaField, SeaState } from "../sea-state.ts";
import type { EventOf } from "../sound-event.ts";

type MissingKnocksOptions = {
  stationId?: string | undefined;
  /** Whether the lighthouse is heard: then it shows by itself that a wind has no direction. */
  lighthouse: boolean;
  firstS: number;
};

/** The knocks in place of what the tuned-in station did not measure. */
type MissingKnocks = {
  /** Returns the knocks before `t` that it has not returned yet. */
  until(t: number, sea: SeaState | null): EventOf<"knock">[];
};

/** Each missing field knocks at its own place in a round of 16 s, so that a listener can tell which one is missing. */
const slotS = 2;
const slots: readonly (SeaField | null)[] = [
  "waveHeightM",
  "windSpeedMps",
  "waterTempC",
  "pressureHpa",
  "dominantPeriodS",
  "gustMps",
  "windDirDeg",
  null,
];

/** Makes the rounds of knocks. */
export function createMissingKnocks({ stationId, lighthouse, firstS }: MissingKnocksOptions): MissingKnocks {
  let nextS = firstS;
  let slot = 0;

  return {
    until(t, sea) {
      const knocks: EventOf<"knock">[] = [];
      for (; nextS < t; nextS += slotS) {
        const field = slots[slot];
        slot = (slot + 1) % slots.length;
        if (!sea || !field || !knocksFor(field, sea, lighthouse)) continue;
        const station = stationId === undefined ? {} : { stationId };
        knocks.push({ t: nextS, type: "knock", gainDb: missingKnockDb, pan: 0, field, ...station });
      }
      return knocks;
    },
  };
}

/** A field that only adds to another one does not knock where that is missing too. */
function knocksFor(field: SeaField, sea: SeaState, lighthouse: boolean): boolean {
  if (sea[field] !== null) return false;
  if (field === "dominantPeriodS") return sea.waveHeightM !== null;
  if (field === "gustMps") return sea.windSpeedMps !== null;
  if (field === "windDirDeg") return sea.windSpeedMps !== null && !lighthouse;
  return true;
}
