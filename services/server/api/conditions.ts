import { z } from "zod";
import { conditions, feature, featureCollection, stationConditions } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { conditionsTable, csvHeader, csvLines } from "./formats/csv.ts";
import { encodeCollection, encodeFeature, type Positions } from "./formats/geojson.ts";
import { bboxParameter, spanParameter, stationsParameter } from "./parameters.ts";
import { readConditions, readPositions } from "./queries.ts";

const longestWithinHours = 48;

/** `/v1/conditions` */
export const conditionsEndpoint = endpoint({
  path: "/v1/conditions",
  summary: "What each station measured last, field by field",
  description:
    "Most newest observations carry no waves, which are measured less often: this tells of each field the last value of the past hours, with its own time. Stations that reported nothing since then are left out.",
  queryParameters: z.strictObject({
    within: spanParameter(longestWithinHours, "3h", "How far to look back."),
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
  }),
  read: async ({ sql }, { within, stations = null, bbox = null }, format) => ({
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
