// Endpoint /v1/observations: the history of the whole network.

import { z } from "zod";
import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredObservation } from "../../../shared/measurements.ts";
import { defaultRows, maxRows } from "../http/limits.ts";
import type { RequestContext } from "../http/request-env.ts";
import { readMarks } from "../store/events.ts";
import { observation, observationPage } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { csvHeader, csvLines, observationTable } from "./formats/csv.ts";
import { encodeLines, encodeList } from "./formats/observations.ts";
import {
  type Cursor,
  cursorParameter,
  encodeCursor,
  limitParameter,
  sinceParameter,
  stationsParameter,
  untilParameter,
} from "./parameters.ts";

/** Rows per query of a row stream. */
const rowsAtOnce = 1_000;

/** Parameters of one `/v1/observations` request. */
type Walk = ObservationSpan & { sql: Sql; limit: number | null };

/** Endpoint `/v1/observations`. */
export const observationsEndpoint = endpoint({
  path: "/v1/observations",
  summary: "Observations of the whole network, oldest first",
  description: [
    `JSON answers are pages of \`limit\` rows, by default ${defaultRows}. While \`nextCursor\` is not \`null\`, repeat the request with it as \`cursor\`.`,
    `CSV and NDJSON answers contain all rows, unless you set a \`limit\` (at most ${maxRows}).`,
    "Rows are sorted by time, then by station id. You get each row that was stored at the start exactly once, even while new rows arrive. Stations may report late, so some new rows belong to pages that you already have. Get those from the stream, starting at the `lastEventId` of the first page.",
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
  const count = limit ?? defaultRows;
  const { lastEventId, observations } = await readObservationPage(sql, span, count + 1);
  const last = observations.length > count ? observations[count - 1] : undefined;
  const nextCursor = last === undefined ? null : encodeCursor(last);
  if (nextCursor !== null) c.header("Link", `<${nextAddress(c, nextCursor)}>; rel="next"`);
  const page = encodeList(observations.slice(0, count));
  return `{"lastEventId":"${lastEventId}","observations":${page},"nextCursor":${JSON.stringify(nextCursor)}}`;
}

function nextAddress(c: RequestContext, cursor: string): string {
  // A relative link, since the request may have no host.
  const address = new URL(c.req.url, "http://localhost");
  address.searchParams.set("cursor", cursor);
  return address.pathname + address.search;
}

/**
 * Reads a span in many short queries. A slow client therefore holds neither a database connection nor a snapshot, as it
 * would with a PostgreSQL cursor.
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

/** A span of the network's history, sorted by time, then by station id. */
type ObservationSpan = {
  /** Inclusive, like `until`. */
  since: Date | null;
  until: Date | null;
  stations: Set<string> | null;
  /** Exclusive start position; `null`: from the start of the span. */
  after: { observedAt: Date; stationId: string } | null;
};

/**
 * Max rows (stations × limit) for which the query reads each station separately. Above it, one scan of the whole
 * network in time order is faster.
 */
const maxRowsOneByOne = 50_000;

/** Reads the first observations of a span, oldest first. */
async function readObservations(
  sql: Sql | Transaction,
  { since, until, stations, after }: ObservationSpan,
  limit: number,
): Promise<StoredObservation[]> {
  const span = sql`
    ${since === null ? sql`` : sql`and observed_at >= ${since}`}
    ${until === null ? sql`` : sql`and observed_at <= ${until}`}
    ${after === null ? sql`` : sql`and observed_at >= ${after.observedAt} and (observed_at, station_id) > (${after.observedAt}, ${after.stationId})`}
  `;
  const columns = sql`station_id, observed_at, ${sql(measurements)}, event_id`;
  if (stations !== null && stations.size * limit <= maxRowsOneByOne) {
    return sql`
      select each_station.*
      from unnest(${[...stations]}::text[]) as wanted(id), lateral (
        select ${columns} from observations where station_id = wanted.id ${span} order by observed_at limit ${limit}
      ) as each_station
      order by observed_at, station_id
      limit ${limit}
    `;
  }
  return sql`
    select ${columns}
    from observations
    where true ${stations === null ? sql`` : sql`and station_id = any(${[...stations]})`} ${span}
    order by observed_at, station_id
    limit ${limit}
  `;
}

/** Runs {@link readObservations} and reads the last event id of the same snapshot. */
async function readObservationPage(
  sql: Sql,
  span: ObservationSpan,
  limit: number,
): Promise<{ lastEventId: string; observations: StoredObservation[] }> {
  return inTransaction(
    sql,
    async (tx) => {
      const { newest } = await readMarks(tx);
      return { lastEventId: String(newest), observations: await readObservations(tx, span, limit) };
    },
    "isolation level repeatable read read only",
  );
}
