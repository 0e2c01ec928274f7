import { unguardedIds } from "../../services/worker/event-ids.ts";
import { type PositionedObservation, storeHistory, storePoll } from "../../services/worker/store.ts";
import type { Sql } from "../../shared/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "./observed.ts";

/** A day as the worker stores it: so many stations report so often, in a poll each time. */
export type SimulatedDay = { stations: number; reports: number };

/** Of its rows as many come a second time with another value, as NDBC's do: a tenth. */
const correctedEvery = 10;
/** And as many were seen by backfill alone. */
const historyEvery = 8;

const file = { etag: null, lastModified: null, hash: null };

/** Stores one day of a network that does not exist, from midnight on, in the order of time. */
export async function storeSimulatedDay(sql: Sql, midnight: Date, { stations, reports }: SimulatedDay): Promise<void> {
  let before: PositionedObservation[] = [];
  for (let report = 0; report < reports; report++) {
    const at = new Date(midnight.getTime() + (report * 86_400_000) / reports);
    const rows = Array.from({ length: stations }, (_, station) => reported(station, at));
    const corrected = before.filter((_, index) => index % correctedEvery === 0);
    await storePoll(
      sql,
      latestObsPath,
      file,
      [
        ...corrected.map((row) => ({ ...row, waveHeightM: 1.5 })),
        ...rows.filter((_, index) => index % historyEvery !== 0),
      ],
      unguardedIds,
    );
    await storeHistory(sql, rows, unguardedIds);
    before = rows;
  }
}

function reported(station: number, at: Date): PositionedObservation {
  const value = (station + at.getTime() / 60_000) % 90;
  return observed(String(10_000 + station), at.toISOString(), {
    waveHeightM: value / 10,
    windSpeedMps: value / 5,
    windDirDeg: value * 4,
    waterTempC: value / 3,
    pressureHpa: 1_000 + value / 2,
    gustMps: value / 4,
    dominantPeriodS: 4 + (station % 12),
    airTempC: value / 3,
  });
}
