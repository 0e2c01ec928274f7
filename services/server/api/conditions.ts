// /v1/conditions

import { z } from "zod";
import { inTransaction, type Sql } from "../../../shared/database/sql.ts";
import { type Measurement, measurements, type Observation } from "../../../shared/measurements.ts";
import { maxWithinHours } from "../http/limits.ts";
import { readMarks } from "../store/events.ts";
import { type Filter, restrict } from "../store/filter.ts";
import { listed } from "../store/listed.ts";
import { readPositions } from "../store/positions.ts";
import { conditions, feature, featureCollection, stationConditions } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { conditionsTable, csvHeader, csvLines } from "./formats/csv.ts";
import { encodeCollection, encodeFeature, type Positions } from "./formats/geojson.ts";
import { bboxParameter, spanParameter, stationsParameter } from "./parameters.ts";

/** `/v1/conditions` */
export const conditionsEndpoint = endpoint({
  path: "/v1/conditions",
  summary: "What each station measured last, field by field",
  description:
    "Most newest observations carry no waves, which are measured less often: this tells of each field the last value of the past hours, with its own time. Stations that reported nothing since then are left out.",
  queryParameters: z.strictObject({
    within: spanParameter(maxWithinHours, "3h", "How far to look back."),
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
  }),
  read: async ({ sql }, { within, stations = null, bbox = null }, { format }) => ({
    ...(await readConditions(sql, new Date(Date.now() - within * 60_000), { stations, bbox })),
    positions: format === "geojson" ? await readPositions(sql) : (new Map() as Positions),
  }),
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

/** A value and when it was measured. */
type Measured = { value: number; at: Date };

/** What a station measured last, field by field; `null` is "not measured". */
export type Conditions = { stationId: string } & Record<Measurement, Measured | null>;

/**
 * What each station measured last since a time, for stations that reported at all since then, and the event id up to
 * which this snapshot holds everything.
 */
async function readConditions(
  sql: Sql,
  since: Date,
  filter: Filter,
): Promise<{ lastEventId: string; conditions: Conditions[] }> {
  return inTransaction(
    sql,
    async (tx) => {
      const { newest } = await readMarks(tx);
      const lastTimes = measurements.map((name) => tx`max(observed_at) filter (where ${tx(name)} is not null)`);
      // Only rows that were a station's last in some field, a few of each station.
      const rows = await tx<Observation[]>`
        with last_times as (
          select station_id, array[max(observed_at), ${listed(tx, lastTimes)}] as times
          from observations ${filter.bbox === null ? tx`` : tx`join stations using (station_id)`}
          where observed_at > ${since} ${restrict(tx, filter)}
          group by station_id
        )
        select station_id, observed_at, ${tx(measurements)}
        from (select distinct station_id, unnest(times) as observed_at from last_times) as wanted
          join observations using (station_id, observed_at)
        where observed_at > ${since}
        order by station_id, observed_at
      `;
      return { lastEventId: String(newest), conditions: foldConditions(rows) };
    },
    "isolation level repeatable read read only",
  );
}

/** @param rows of each station in a row, oldest first */
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

const nothingMeasured = Object.fromEntries(measurements.map((name) => [name, null])) as Record<Measurement, null>;
