// /v1/observations

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

/** Rows that an answer without a limit reads at once. */
const rowsAtOnce = 1_000;

/** What is asked of `/v1/observations`. */
type Walk = ObservationSpan & { sql: Sql; limit: number | null };

/** `/v1/observations` */
export const observationsEndpoint = endpoint({
  path: "/v1/observations",
  summary: "The observations of the whole network, oldest first",
  description: [
    `In JSON they come in pages of \`limit\` rows, by default ${defaultRows}: while there is a \`nextCursor\`, ask again with it as \`cursor\`.`,
    `In CSV and NDJSON they come all at once, however many, unless there is a \`limit\` (at most ${maxRows}).`,
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
  const count = limit ?? defaultRows;
  const { lastEventId, observations } = await readObservationPage(sql, span, count + 1);
  const last = observations.length > count ? observations[count - 1] : undefined;
  const nextCursor = last === undefined ? null : encodeCursor(last);
  if (nextCursor !== null) c.header("Link", `<${nextAddress(c, nextCursor)}>; rel="next"`);
  const told = encodeList(observations.slice(0, count));
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

/** A span of the network's history, in the order of time and, within it, of the stations' ids. */
type ObservationSpan = {
  /** Inclusive, as `until`. */
  since: Date | null;
  until: Date | null;
  stations: Set<string> | null;
  /** Exclusive; `null`: from the beginning. */
  after: { observedAt: Date; stationId: string } | null;
};

/**
 * Stations are read one by one where that takes no more rows than this, most of which a limit then leaves out. Past that
 * it is quicker to walk through the whole network in the order of time.
 */
const maxRowsOneByOne = 50_000;

/** The first observations of a span, oldest first. */
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

/** {@link readObservations}, and the event id up to which they hold everything. */
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
