// Stores the validators of NDBC's files, and which of their rows are stored.

import type postgres from "postgres";
import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import type { UpstreamFile } from "../ndbc/types.ts";

/** The stored part of a file: stations (`null`: all), and times from `since` to before `until` (`null`: no bound). */
export type Extent = { stations: Set<string> | null; since: Date | null; until: Date | null };

/** All rows of a file. */
export const wholeFile: Extent = { stations: null, since: null, until: null };

/**
 * Returns the validators of the last fetch of a file, for a conditional request. Returns `null` if the file was never
 * fetched, or if a part of `wanted` is not stored: then the file is needed even if it has not changed.
 */
export async function readFile(sql: Sql, path: string, wanted: Extent = wholeFile): Promise<UpstreamFile | null> {
  const [file] = await inTransaction(
    sql,
    (tx) => tx<UpstreamFile[]>`
    select etag, last_modified, body_hash as hash from upstream_files
    where path = ${path} and read_span @> ${spanOf(sql, wanted)}
      and (read_stations is null or ${stationsOf(wanted)}::text[] <@ read_stations)
  `,
  );
  return file ?? null;
}

/** Records a fetch of a file now, with its validators and the stored rows. */
export async function rememberFile(
  sql: Sql | Transaction,
  path: string,
  file: UpstreamFile,
  extent: Extent = wholeFile,
): Promise<void> {
  await sql`
    insert into upstream_files (path, etag, last_modified, body_hash, fetched_at, read_stations, read_span)
    values (
      ${path}, ${file.etag}, ${file.lastModified}, ${file.hash}, now(), ${stationsOf(extent)}, ${spanOf(sql, extent)}
    )
    on conflict (path) do update set
      etag = excluded.etag, last_modified = excluded.last_modified, body_hash = excluded.body_hash, fetched_at = now(),
      read_stations = excluded.read_stations, read_span = excluded.read_span, older_since = null
  `;
}

/** After this time without a newer version, an older one is accepted: NDBC has really gone back. */
const olderAcceptedAfter = "1 hour";

/**
 * Returns whether an answer must be skipped, because its `Last-Modified` is before that of the stored version. Two mirrors
 * behind one address can differ; each change between them would announce the same corrections again. Records the answer.
 */
export async function isOlderThanStored(sql: Sql, path: string, { lastModified }: UpstreamFile): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const [stored] = await tx<{ lastModified: string | null; isAccepted: boolean }[]>`
      select last_modified, coalesce(older_since <= now() - ${olderAcceptedAfter}::interval, false) as is_accepted
      from upstream_files where path = ${path}
    `;
    if (!stored || stored.isAccepted || !isBefore(lastModified, stored.lastModified)) return false;
    await tx`
      update upstream_files set fetched_at = now(), older_since = coalesce(older_since, now()) where path = ${path}
    `;
    return true;
  });
}

/** Compares two HTTP dates. Returns `false` if one is missing or no date. */
function isBefore(date: string | null, other: string | null): boolean {
  return date !== null && other !== null && Date.parse(date) < Date.parse(other);
}

function stationsOf({ stations }: Extent): string[] | null {
  return stations && [...stations];
}

function spanOf(sql: Sql | Transaction, { since, until }: Extent): postgres.Fragment {
  return sql`tstzrange(${since}::timestamptz, ${until}::timestamptz)`;
}
