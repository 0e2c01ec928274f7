// Endpoint /v1/conditions: the last measured values of each station.

import { z } from "zod";
import type { Transaction } from "../../../shared/database/sql.ts";
import { type Measurement, measurements, type Observation } from "../../../shared/measurements.ts";
import { recordOf } from "../../../shared/record-of.ts";
import { maxWithinHours, readRowsPerUnit } from "../http/limits.ts";
import { commaList } from "../store/comma-list.ts";
import { readMarks } from "../store/events.ts";
import { type Filter, ofStations, readStationIds } from "../store/filter.ts";
import type { Asker } from "../store/gate.ts";
import { readPositions } from "../store/positions.ts";
import { conditions, feature, featureCollection, stationConditions } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { type CsvTable, csvHeader, csvLines } from "./formats/csv.ts";
import { encodeCollection, encodeFeature, type Positions } from "./formats/geojson.ts";
import { bboxParameter, spanParameter, stationsParameter } from "./parameters.ts";

/** Conditions, one station per line: each value is followed by its time. */
const conditionsTable: CsvTable<Conditions> = {
  columns: ["stationId", ...measurements.flatMap((name) => [name, `${name}At`])],
  cells: (row) => [
    row.stationId,
    ...measurements.flatMap((name) => [row[name]?.value ?? null, row[name]?.at.toISOString() ?? null]),
  ],
};

/** Endpoint `/v1/conditions`. */
export const conditionsEndpoint = endpoint({
  path: "/v1/conditions",
  summary: "Last measured value of each field, by station",
  description:
    "Stations measure waves less often than other fields, so most of the newest observations have none. This endpoint returns the last value of each field in the past hours, with its own time. Stations without a report in that time are not listed.",
  queryParameters: z.strictObject({
    within: spanParameter(maxWithinHours, "3h", "Time span to look back."),
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
  }),
  read: ({ questions }, { within, stations = null, bbox = null }, { format, asker }) =>
    questions.history(asker, async (tx) => ({
      ...(await readConditions(tx, asker, within, { stations, bbox })),
      positions: format === "geojson" ? await readPositions(tx) : (new Map() satisfies Positions),
    })),
  formats: {
    json: {
      shape: { body: conditions },
      write: ({ lastEventId, conditions }) => JSON.stringify({ lastEventId, conditions }),
    },
    csv: {
      shape: { columns: conditionsTable.columns },
      write: ({ conditions }) => csvHeader(conditionsTable) + csvLines(conditionsTable, conditions),
    },
    geojson: {
      shape: {
        body: featureCollection("ConditionsFeatures", feature("ConditionsFeature", stationConditions), {
          lastEventId: conditions.shape.lastEventId,
        }),
      },
      write: ({ lastEventId, conditions, positions }) =>
        encodeCollection(
          conditions.map((row) =>
            encodeFeature(row.stationId, positions.get(row.stationId) ?? null, JSON.stringify(row)),
          ),
          `"lastEventId":"${lastEventId}",`,
        ),
    },
    ndjson: {
      shape: { line: stationConditions },
      write: ({ conditions }) => conditions.map((row) => `${JSON.stringify(row)}\n`).join(""),
    },
  },
});

/** A value and its observation time. */
type Measured = { value: number; at: Date };

/** Last measured value of each field of a station; `null`: not measured. */
type Conditions = { stationId: string } & Record<Measurement, Measured | null>;

/**
 * Reads the last values of the past minutes, for stations with a report in that time, and the last event id of this snapshot.
 */
async function readConditions(
  tx: Transaction,
  asker: Asker,
  withinMinutes: number,
  filter: Filter,
): Promise<{ lastEventId: string; conditions: Conditions[] }> {
  const { newest } = await readMarks(tx);
  const stationIds = await readStationIds(tx, filter);
  // By PostgreSQL's clock: the server's may be wrong.
  const since = tx`now() - make_interval(mins => ${withinMinutes})`;
  const lastTimes = measurements.map((name) => tx`max(observed_at) filter (where ${tx(name)} is not null)`);
  // Reads only rows that have a station's last value of some field: a few rows per station.
  const rows = await tx<(Observation & { readRows: number })[]>`
    with last_times as (
      select station_id, count(*) as read_rows, array[max(observed_at), ${commaList(tx, lastTimes)}] as times
      from observations
      where observed_at > ${since} ${ofStations(tx, stationIds)}
      group by station_id
    )
    select station_id, observed_at, ${tx(measurements)}, (select sum(read_rows)::int from last_times) as read_rows
    from (select distinct station_id, unnest(times) as observed_at from last_times) as wanted
      join observations using (station_id, observed_at)
    where observed_at > ${since}
    order by station_id, observed_at
  `;
  asker.charge((rows[0]?.readRows ?? 0) / readRowsPerUnit);
  return { lastEventId: String(newest), conditions: foldConditions(rows) };
}

/** Merges rows into one object per station. @param rows grouped by station, oldest first */
function foldConditions(rows: Observation[]): Conditions[] {
  const conditions: Conditions[] = [];
  for (const { stationId, observedAt, ...values } of rows) {
    let known = conditions.at(-1);
    if (known?.stationId !== stationId) {
      known = { stationId, ...nothingMeasured };
      conditions.push(known);
    }
    for (const name of measurements) {
      const value = values[name];
      if (value !== null) known[name] = { value, at: observedAt };
    }
  }
  return conditions;
}

const nothingMeasured = recordOf(measurements, () => null);
