// Endpoint /v1/observations: the history of the whole network.

import { z } from "zod";
import type { Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredObservation } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import {
  defaultRows,
  maxQueriesPerPage,
  maxRows,
  maxSearched,
  readRowsPerUnit,
  returnedRowsPerUnit,
} from "../http/limits.ts";
import type { RequestContext } from "../http/request-env.ts";
import { readMarks } from "../store/events.ts";
import { ofStations } from "../store/filter.ts";
import type { Asker } from "../store/gate.ts";
import type { Questions } from "../store/questions.ts";
import { observation, observationPage } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { csvHeader, csvLines, observationTable } from "./formats/csv.ts";
import { encodeLines } from "./formats/observations.ts";
import {
  type Cursor,
  cursorParameter,
  encodeCursor,
  limitParameter,
  sinceParameter,
  stationsParameter,
  untilParameter,
} from "./parameters.ts";

/** Max rows per query of a page. */
const rowsAtOnce = 1_000;
/** Rows per query of a row stream: fewer, because each stream has the rows of two queries in memory. */
const rowsPerPiece = 500;

/** Parameters of one `/v1/observations` request. */
type Walk = ObservationSpan & { questions: Questions; asker: Asker; limit: number | null };

/** Endpoint `/v1/observations`. */
export const observationsEndpoint = endpoint({
  path: "/v1/observations",
  summary: "Observations of the whole network, oldest first",
  description: [
    `JSON answers are pages of \`limit\` rows, by default ${defaultRows}. While \`nextCursor\` is not \`null\`, repeat the request with it as \`cursor\`.`,
    `CSV and NDJSON answers contain all rows, unless you set a \`limit\` (at most ${maxRows}).`,
    "A page may have fewer rows than `limit`, even none, where rows of the wanted stations are rare: only `nextCursor` shows whether more follow.",
    "Rows are sorted by time, then by station id. You get each row that was stored at the start exactly once, even while new rows arrive. Stations may report late, so some new rows belong to pages that you already have. Get those from the stream, starting at the `lastEventId` of the first page.",
  ].join("\n\n"),
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    stations: stationsParameter.optional(),
    limit: limitParameter.optional(),
    cursor: cursorParameter.optional(),
  }),
  read: (
    { questions },
    { since = null, until = null, stations = null, limit = null, cursor = null },
    { asker },
  ): Walk => ({ questions, asker, since, until, stations: stations && [...stations], after: cursor, limit }),
  formats: {
    json: { shape: { body: observationPage }, write: writePage },
    csv: {
      shape: { columns: observationTable.columns },
      async *write(walk) {
        // With the first rows, so that a failing query still gets an error status.
        let head = csvHeader(observationTable);
        for await (const rows of walkRows(walk)) {
          yield head + csvLines(observationTable, rows);
          head = "";
        }
        if (head !== "") yield head;
      },
    },
    ndjson: {
      shape: { line: observation },
      async *write(walk) {
        for await (const rows of walkRows(walk)) yield encodeLines(rows);
      },
    },
  },
});

async function writePage({ questions, asker, ...wanted }: Walk, c: RequestContext): Promise<Uint8Array<ArrayBuffer>> {
  const { page, next } = await questions.history(asker, (tx) =>
    readPage(tx, asker, wanted, wanted.limit ?? defaultRows),
  );
  const nextCursor = next === null ? null : encodeCursor(next);
  if (nextCursor !== null) c.header("Link", `<${nextAddress(c, nextCursor)}>; rel="next"`);
  page.write(`],"nextCursor":${JSON.stringify(nextCursor)}}`);
  return new Uint8Array(page.end());
}

/**
 * Reads a page in several queries, so that the rows of only one are in memory. Writes it as UTF-8 row by row: as
 * strings, a page would take several times its size.
 * @returns the page up to its last row, and where the next page begins
 */
async function readPage(tx: Transaction, asker: Asker, { after, ...span }: ObservationSpan, limit: number) {
  const { newest } = await readMarks(tx);
  const page = new Bun.ArrayBufferSink();
  page.write(`{"lastEventId":"${newest}","observations":[`);
  let next = after;
  let left = limit;
  for (let query = 0; query < maxQueriesPerPage && left > 0; query++) {
    const part = await readRows(tx, { ...span, after: next }, Math.min(left, rowsAtOnce));
    for (const row of part.rows) {
      if (left < limit) page.write(",");
      page.write(encodeMessage(row));
      left -= 1;
    }
    next = part.next;
    asker.charge(unitsOf(part));
    if (next === null) break;
  }
  // A full page may have been the last.
  if (next !== null && left === 0 && (await isEnd(tx, { ...span, after: next }))) next = null;
  return { page, next };
}

function nextAddress(c: RequestContext, cursor: string): string {
  // The query alone: the request may have no host, and a proxy may have removed the start of its path.
  const { searchParams } = new URL(c.req.url, "http://localhost");
  searchParams.set("cursor", cursor);
  return `?${searchParams}`;
}

/**
 * Reads a span in many short queries. A slow client therefore holds neither a database connection nor a snapshot, as it
 * would with a PostgreSQL cursor.
 */
async function* walkRows({ questions, asker, limit, ...span }: Walk): AsyncGenerator<StoredObservation[]> {
  let after = span.after;
  let left = limit ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const count = Math.min(left, rowsPerPiece);
    const isServed = after !== span.after;
    const part = await questions.history({ ...asker, isServed }, (tx) => readRows(tx, { ...span, after }, count));
    const { rows, next } = part;
    // The rest is read in turns, so an export would only keep its own client from asking anything else.
    if (!isServed) asker.charge(unitsOf(part));
    if (rows.length > 0) yield rows;
    if (next === null) return;
    after = next;
    left -= rows.length;
  }
}

/** A span of the network's history, sorted by time, then by station id. */
type ObservationSpan = {
  /** Inclusive, like `until`. */
  since: Date | null;
  until: Date | null;
  stations: string[] | null;
  /** Exclusive start position; `null`: from the start of the span. */
  after: Cursor | null;
};

/** Rows of a span, where the next rows begin (`null` at the end), and the number of rows that were searched for them. */
type ReadRows = { rows: StoredObservation[]; next: Cursor | null; searched: number };

function unitsOf({ rows, searched }: ReadRows): number {
  return rows.length / returnedRowsPerUnit + searched / readRowsPerUnit;
}

/** Max rows (stations × limit) for which a query reads each station separately. */
const maxRowsOneByOne = 10_000;

/** Reads the next rows of a span, oldest first: at most `limit`, and fewer where {@link maxSearched} rows have no more. */
async function readRows(tx: Transaction, span: ObservationSpan, limit: number): Promise<ReadRows> {
  const { stations } = span;
  const columns = tx`station_id, observed_at, ${tx(measurements)}, event_id`;
  if (stations === null) {
    return readUpTo(
      limit,
      tx`select ${columns} from observations where true ${within(tx, span)} order by observed_at, station_id limit ${limit}`,
    );
  }
  if (stations.length * limit <= maxRowsOneByOne) {
    return readUpTo(
      limit,
      tx`
        select each_station.*
        from unnest(${stations}::text[]) as wanted(id), lateral (
          select ${columns} from observations
          where station_id = wanted.id ${within(tx, span)}
          order by observed_at limit ${limit}
        ) as each_station
        order by observed_at, station_id
        limit ${limit}
      `,
    );
  }
  // Without a bound, rows of stations that have none would be searched in the whole table.
  const found = await readUpTo(
    limit,
    tx`
      select * from (
        select ${columns} from observations where true ${within(tx, span)}
        order by observed_at, station_id limit ${maxSearched}
      ) as observations
      where true ${ofStations(tx, stations)}
      order by observed_at, station_id
      limit ${limit}
    `,
  );
  if (found.next !== null) return { ...found, searched: maxSearched };
  const next = await readKeyAt(tx, span, maxSearched);
  return { ...found, next, searched: next === null ? 0 : maxSearched };
}

async function readUpTo(limit: number, asked: PromiseLike<StoredObservation[]>): Promise<ReadRows> {
  const rows = await asked;
  return { rows, next: rows.length < limit ? null : (rows.at(-1) ?? null), searched: 0 };
}

/** Returns whether no row follows in a span. */
async function isEnd(tx: Transaction, span: ObservationSpan): Promise<boolean> {
  const { rows, next } = await readRows(tx, span, 1);
  return rows.length === 0 && next === null;
}

/** Reads the time and station of the row at this place of a span of the whole network; `null`: it has fewer rows. */
async function readKeyAt(tx: Transaction, span: ObservationSpan, place: number): Promise<Cursor | null> {
  const [key] = await tx<Cursor[]>`
    select observed_at, station_id from observations
    where true ${within(tx, span)}
    order by observed_at, station_id
    offset ${place - 1} limit 1
  `;
  return key ?? null;
}

/** Returns the `and …` conditions of a span, without its stations. */
function within(tx: Transaction, { since, until, after }: ObservationSpan) {
  return tx`
    ${since === null ? tx`` : tx`and observed_at >= ${since}`}
    ${until === null ? tx`` : tx`and observed_at <= ${until}`}
    ${after === null ? tx`` : tx`and observed_at >= ${after.observedAt} and (observed_at, station_id) > (${after.observedAt}, ${after.stationId})`}
  `;
}
