import { z } from "zod";
import type { Sql } from "../../../shared/database/sql.ts";
import type { StoredObservation } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import type { RequestContext } from "../http/request-env.ts";
import { feature, featureCollection, history, latest, observation, observationPage } from "./answers.ts";
import { endpoint, unknownStation } from "./endpoint.ts";
import { csvHeader, csvLines, observationTable } from "./formats/csv.ts";
import { encodeCollection, encodeFeature, type Positions } from "./formats/geojson.ts";
import {
  type Cursor,
  cursorParameter,
  encodeCursor,
  limitOrDefaultParameter,
  limitParameter,
  maxLimit,
  sinceParameter,
  stationIdParameter,
  stationsParameter,
  untilParameter,
} from "./parameters.ts";
import {
  type ObservationSpan,
  readHistory,
  readLatest,
  readObservationPage,
  readObservations,
  readPositions,
} from "./queries.ts";

/** Rows that an answer without a limit reads at once. */
const rowsAtOnce = 1_000;
/** Rows of one page in JSON, where no limit is named. */
const pageRows = 1_000;

const latestFeature = feature("LatestFeature", observation);

/** `/v1/observations/latest` */
export const latestEndpoint = endpoint({
  path: "/v1/observations/latest",
  summary: "The newest observation of each station",
  description: "However old it is. A stream from its `lastEventId` goes on without a gap.",
  read: async ({ sql }, _, format) => ({
    ...(await readLatest(sql)),
    positions: format === "geojson" ? await readPositions(sql) : (new Map() as Positions),
  }),
  formats: {
    json: {
      shape: { body: latest },
      write: ({ lastEventId, observations }) =>
        `{"lastEventId":"${lastEventId}","observations":${encodeAll(observations)}}`,
    },
    csv: observationsAsCsv(),
    geojson: {
      shape: { body: featureCollection("LatestFeatures", latestFeature, { lastEventId: latest.shape.lastEventId }) },
      write: ({ lastEventId, observations, positions }) =>
        encodeCollection(
          observations.map((row) =>
            encodeFeature(row.stationId, positions.get(row.stationId) ?? null, encodeMessage(row)),
          ),
          `"lastEventId":"${lastEventId}",`,
        ),
    },
    ndjson: observationsAsNdjson(),
  },
});

/** `/v1/observations/by-station/:stationId` */
export const historyEndpoint = endpoint({
  path: "/v1/observations/by-station/:stationId",
  summary: "The observations of one station, oldest first",
  description: "Without `since`, the newest ones.",
  pathParameters: z.strictObject({ stationId: stationIdParameter }),
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    limit: limitOrDefaultParameter,
  }),
  refusals: [404],
  read: async ({ sql }, { stationId, since = null, until = null, limit }) => {
    const observations = await readHistory(sql, stationId, { since, until, limit });
    if (observations === null) throw unknownStation(stationId);
    return { stationId, observations };
  },
  formats: {
    json: {
      shape: { body: history },
      write: ({ stationId, observations }) => `{"stationId":"${stationId}","observations":${encodeAll(observations)}}`,
    },
    csv: observationsAsCsv(),
    ndjson: observationsAsNdjson(),
  },
});

/** What is asked of `/v1/observations`. */
type Walk = ObservationSpan & { sql: Sql; limit: number | null };

/** `/v1/observations` */
export const observationsEndpoint = endpoint({
  path: "/v1/observations",
  summary: "The observations of the whole network, oldest first",
  description: [
    `In JSON they come in pages of \`limit\` rows, by default ${pageRows}: while there is a \`nextCursor\`, ask again with it as \`cursor\`.`,
    `In CSV and NDJSON they come all at once, however many, unless there is a \`limit\` (at most ${maxLimit}).`,
    "Rows are in the order of their time and, within it, of their station. Each one that was stored when you began comes exactly once, whatever arrives meanwhile. What arrives meanwhile behind your place, since stations report late, you get from the stream, from the first page's `lastEventId`.",
  ].join("\n\n"),
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    stations: stationsParameter.optional(),
    limit: limitParameter.optional(),
    cursor: cursorParameter.optional(),
  }),
  read: ({ sql }, { since = null, until = null, stations = null, limit = null, cursor = null }): Walk => ({
    sql,
    since,
    until,
    stations,
    after: cursor,
    limit,
  }),
  formats: {
    json: { shape: { body: observationPage }, write: writePage },
    csv: {
      shape: { columns: observationTable.columns },
      async *write(walk, c) {
        yield csvHeader(observationTable);
        for await (const rows of walkRows(walk, c)) yield csvLines(observationTable, rows);
      },
    },
    ndjson: {
      shape: { line: observation },
      async *write(walk, c) {
        for await (const rows of walkRows(walk, c)) yield encodeLines(rows);
      },
    },
  },
});

async function writePage({ sql, limit, ...span }: Walk, c: RequestContext): Promise<string> {
  const count = limit ?? pageRows;
  const { lastEventId, observations } = await readObservationPage(sql, span, count + 1);
  const last = observations.length > count ? observations[count - 1] : undefined;
  const nextCursor = last === undefined ? null : encodeCursor(last);
  if (nextCursor !== null) c.header("Link", `<${nextAddress(c, nextCursor)}>; rel="next"`);
  const told = encodeAll(observations.slice(0, count));
  return `{"lastEventId":"${lastEventId}","observations":${told},"nextCursor":${JSON.stringify(nextCursor)}}`;
}

function nextAddress(c: RequestContext, cursor: string): string {
  // Relative where the request names no host.
  const address = new URL(c.req.url, "http://localhost");
  address.searchParams.set("cursor", cursor);
  return address.pathname + address.search;
}

/**
 * Walks through a span by its rows' order, a short query at a time: a slow reader keeps neither a connection of the
 * database nor a snapshot, which a cursor of PostgreSQL would for as long as it reads.
 */
async function* walkRows({ sql, limit, ...span }: Walk, c: RequestContext): AsyncGenerator<StoredObservation[]> {
  let after: Cursor | null = span.after;
  let left = limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    c.req.raw.signal.throwIfAborted();
    const count = Math.min(left, rowsAtOnce);
    const rows = await readObservations(sql, { ...span, after }, count);
    if (rows.length > 0) yield rows;
    if (rows.length < count) return;
    after = rows.at(-1) ?? null;
    left -= count;
  }
}

function observationsAsCsv() {
  return {
    shape: { columns: observationTable.columns },
    write: ({ observations }: { observations: StoredObservation[] }) =>
      csvHeader(observationTable) + csvLines(observationTable, observations),
  };
}

function observationsAsNdjson() {
  return {
    shape: { line: observation },
    write: ({ observations }: { observations: StoredObservation[] }) => encodeLines(observations),
  };
}

/** Observations in the very form in which they are published, so that a client needs one decoder only. */
function encodeAll(observations: StoredObservation[]): string {
  return `[${observations.map(encodeMessage).join(",")}]`;
}

function encodeLines(observations: StoredObservation[]): string {
  return observations.map((row) => `${encodeMessage(row)}\n`).join("");
}
