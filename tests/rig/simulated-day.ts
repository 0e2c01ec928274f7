// One day of an invented network, stored as the worker stores it.
import type { PositionedObservation } from "../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../services/worker/store/history.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import type { Sql } from "../../shared/database/sql.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "./observed.ts";

/** Describes a day as the worker stores it: each station reports this often, in a separate poll each time. */
export type SimulatedDay = { stations: number; reports: number };

/** Every tenth row is stored twice, the second time with a changed value, as in NDBC's files. */
const correctedEvery = 10;
/** And every tenth row comes from backfill only. */
const historyEvery = 8;

const file = { etag: null, lastModified: null, hash: null };

/** Stores one day of an invented network from midnight on, in order of time. */
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
