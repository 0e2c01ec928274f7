// Endpoints /v1/stations and /v1/stations/:stationId.

import { z } from "zod";
import type { Transaction } from "../../../shared/database/sql.ts";
import { type Station, stationFields } from "../../../shared/station.ts";
import { feature, featureCollection, station, stations } from "./answers.ts";
import { endpoint, unknownStation } from "./endpoint.ts";
import { csvHeader, csvLines, stationTable } from "./formats/csv.ts";
import { attributionMember, encodeCollection, encodeFeature } from "./formats/geojson.ts";
import { stationIdParameter } from "./parameters.ts";

const stationFeature = feature("StationFeature", station);
/** Cache lifetime, in seconds. NDBC updates its list once a day; a poll may move a position a little. */
const maxAgeSeconds = 60;

/** Endpoint `/v1/stations`. */
export const stationsEndpoint = endpoint({
  path: "/v1/stations",
  summary: "Every station: position, name, owner, type",
  maxAgeSeconds,
  read: async ({ questions }, _, { asker }) => ({ stations: await questions.quick(asker, readStations) }),
  formats: {
    json: { shape: { body: stations }, write: (answer) => JSON.stringify(answer) },
    csv: {
      shape: { columns: stationTable.columns },
      write: ({ stations }) => csvHeader(stationTable) + csvLines(stationTable, stations),
    },
    geojson: {
      shape: { body: featureCollection("StationFeatures", stationFeature, {}) },
      write: ({ stations }) => encodeCollection(stations.map((row) => encodeStation(row))),
    },
    ndjson: {
      shape: { line: station },
      write: ({ stations }) => stations.map((row) => `${JSON.stringify(row)}\n`).join(""),
    },
  },
});

/** Endpoint `/v1/stations/:stationId`. */
export const stationEndpoint = endpoint({
  path: "/v1/stations/:stationId",
  summary: "One station",
  pathParameters: z.strictObject({ stationId: stationIdParameter }),
  refusals: [404],
  maxAgeSeconds,
  read: async ({ questions }, { stationId }, { asker }) => {
    const found = await questions.quick(asker, (tx) => readStation(tx, stationId));
    if (found === null) throw unknownStation(stationId);
    return found;
  },
  formats: {
    json: { shape: { body: station }, write: (found) => JSON.stringify(found) },
    geojson: { shape: { body: stationFeature }, write: (found) => encodeStation(found, attributionMember) },
  },
});

function encodeStation(row: Station, others = ""): string {
  const { stationId, latitude, longitude } = row;
  const position = latitude === null || longitude === null ? null : { latitude, longitude };
  return encodeFeature(stationId, position, JSON.stringify(row), others);
}

/** Reads every station, sorted by id. */
async function readStations(tx: Transaction): Promise<Station[]> {
  return tx`select ${tx(stationFields)} from stations order by station_id`;
}

/** Reads one station; `null` if it is unknown. */
export async function readStation(tx: Transaction, stationId: string): Promise<Station | null> {
  const [station] = await tx<Station[]>`select ${tx(stationFields)} from stations where station_id = ${stationId}`;
  return station ?? null;
}
