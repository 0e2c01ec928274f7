// Stores which hours of which stations backfill has read, and finds the missing ones.

import { inTransaction, type Sql } from "../../../shared/database/sql.ts";

/** A span of whole UTC hours, from the start of the first to the end of the last. */
type HourSpan = { from: Date; to: Date };

/** Means every station of the network. */
const network = "*";
/** Means all stations known at that time: their own files were read instead of the hourly file. */
const allKnown = "-";

/** Min time between two requests for a station's file, unless older rows are wanted. */
const stationFileRest = "24 hours";

/**
 * Returns the UTC hours between two times, both included, that are missing for any wanted station, oldest first.
 * @param stations the wanted stations, or `null` for all
 */
export async function missingHours(sql: Sql, first: Date, last: Date, stations: Set<string> | null): Promise<Date[]> {
  const rows = await inTransaction(
    sql,
    (tx) => tx<{ hour: Date }[]>`
    select hour from generate_series(${first}::timestamptz, ${last}::timestamptz, interval '1 hour') as hour
    where not exists (select from backfilled_hours where station_id = ${network} and hours @> hour)
      and exists (
        select from unnest(${[...(stations ?? [allKnown])]}::text[]) as wanted (station_id)
        left join backfilled_hours as read using (station_id)
        where read.hours is null or not read.hours @> hour
      )
    order by hour
  `,
  );
  return rows.map((row) => row.hour);
}

/** Records that the hourly files of a span were read for these stations, or for all (`null`). */
export async function rememberHours(sql: Sql, span: HourSpan, stations: Set<string> | null): Promise<void> {
  await addHours(sql, span, [...(stations ?? [network])]);
}

/** Records that the files of all known stations were requested, so that these hours need no hourly file. */
export async function rememberAllKnown(sql: Sql, span: HourSpan): Promise<void> {
  await addHours(sql, span, [allKnown]);
}

async function addHours(sql: Sql, { from, to }: HourSpan, ids: string[]): Promise<void> {
  await inTransaction(
    sql,
    (tx) => tx`
    insert into backfilled_hours as stored (station_id, hours)
    select station_id, tstzmultirange(tstzrange(${from}::timestamptz, ${to}::timestamptz))
    from unnest(${ids.sort()}::text[]) as read (station_id)
    on conflict (station_id) do update set hours = stored.hours + excluded.hours
  `,
  );
}

/**
 * Returns the stations whose own files must be read: wanted stations with reports that lack an hour of the span. Stations
 * whose last read failed come last, so that they do not delay the others.
 * @param now a file requested in the 24 hours before is not requested again, unless older rows are wanted
 */
export async function stationsToRead(
  sql: Sql,
  { from, to }: HourSpan,
  now: Date,
  stations: Set<string> | null,
): Promise<string[]> {
  const rows = await inTransaction(
    sql,
    (tx) => tx<{ stationId: string }[]>`
    select station_id
    from (${reportingStations(sql)}) as reporting left join backfilled_hours as read using (station_id)
    where ${stations === null ? sql`true` : sql`station_id = any (${[...stations]}::text[])`}
      and not isempty(
        tstzmultirange(tstzrange(${from}::timestamptz, ${to}::timestamptz)) - coalesce(read.hours, '{}')
          - coalesce((select hours from backfilled_hours where station_id = ${network}), '{}')
      )
      and not coalesce(
        asked_since <= ${from} and asked_at > ${now}::timestamptz - ${stationFileRest}::interval and asked_at <= ${now},
        false
      )
    order by failed_at nulls first, station_id
  `,
  );
  return rows.map((row) => row.stationId);
}

/** The result of a request for a station's own file. */
type StationRead = {
  askedAt: Date;
  /** Start of the wanted rows. */
  since: Date;
  /** End of its last complete hour; `null` if there is no such file. */
  until: Date | null;
};

/** Records the hours read from a station's own file. */
export async function rememberStation(sql: Sql, stationId: string, { askedAt, since, until }: StationRead) {
  const isRead = until !== null && until > since;
  await inTransaction(
    sql,
    (tx) => tx`
    insert into backfilled_hours as stored (station_id, hours, asked_at, asked_since)
    values (
      ${stationId},
      ${isRead ? sql`tstzmultirange(tstzrange(${since}::timestamptz, ${until}::timestamptz))` : sql`'{}'`},
      ${askedAt}, ${since}
    )
    on conflict (station_id) do update set
      hours = stored.hours + excluded.hours, asked_at = excluded.asked_at, asked_since = excluded.asked_since,
      failed_at = null
  `,
  );
}

/** Records that a station's own file could not be read. */
export async function rememberFailure(sql: Sql, stationId: string, failedAt: Date): Promise<void> {
  await inTransaction(
    sql,
    (tx) => tx`
    insert into backfilled_hours (station_id, failed_at) values (${stationId}, ${failedAt})
    on conflict (station_id) do update set failed_at = excluded.failed_at
  `,
  );
}

/** Deletes the records of hours before a time. Locks rows in the order of {@link addHours}, to avoid deadlocks. */
export async function forgetHours(sql: Sql, before: Date): Promise<void> {
  await inTransaction(
    sql,
    (tx) => tx`
    with old as (
      select station_id from backfilled_hours where hours && tstzrange(null, ${before}::timestamptz)
      order by station_id collate "C"
      for update
    )
    update backfilled_hours as stored
    set hours = stored.hours - tstzmultirange(tstzrange(null, ${before}::timestamptz))
    from old where stored.station_id = old.station_id
  `,
  );
}

/** Selects every station with an observation. */
function reportingStations(sql: Sql) {
  return sql`
    select station_id from stations
    where exists (select from observations where observations.station_id = stations.station_id)
  `;
}
