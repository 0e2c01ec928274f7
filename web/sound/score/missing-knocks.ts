// Knocks for the fields that a station did not measure.

import type { SeaField, SeaState } from "../../sea/sea-state.ts";
import { missingKnockDb } from "../mapping.ts";
import type { EventOf } from "../sound-event.ts";
import { knockTouch } from "./bells.ts";

type MissingKnocksOptions = {
  stationId?: string | undefined;
  /** Whether the lighthouse is on: it already shows that the wind has no direction. */
  lighthouse: boolean;
  firstS: number;
  random: () => number;
};

/** The sequence of knocks for the fields that the tuned-in station did not measure. */
type MissingKnocks = {
  /** Returns the next knocks before `t`, each once. */
  until(t: number, sea: SeaState | null): EventOf<"knock">[];
};

/** Each missing field has its own slot in a cycle of 16 s, so a listener can identify it. */
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

/** Makes the cycle of knocks. */
export function createMissingKnocks({ stationId, lighthouse, firstS, random }: MissingKnocksOptions): MissingKnocks {
  let nextS = firstS;
  let slot = 0;

  return {
    until(t, sea) {
      const knocks: EventOf<"knock">[] = [];
      for (; nextS < t; nextS += slotS) {
        const field = slots[slot];
        slot = (slot + 1) % slots.length;
        if (!sea || !field || !needsKnock(field, sea, lighthouse)) continue;
        const station = stationId === undefined ? {} : { stationId };
        knocks.push({ t: nextS, type: "knock", ...knockTouch(missingKnockDb, random), pan: 0, field, ...station });
      }
      return knocks;
    },
  };
}

/** Returns whether a field needs a knock. A field that depends on another one has none if both are missing. */
function needsKnock(field: SeaField, sea: SeaState, lighthouse: boolean): boolean {
  if (sea[field] !== null) return false;
  if (field === "dominantPeriodS") return sea.waveHeightM !== null;
  if (field === "gustMps") return sea.windSpeedMps !== null;
  if (field === "windDirDeg") return sea.windSpeedMps !== null && !lighthouse;
  return true;
}
