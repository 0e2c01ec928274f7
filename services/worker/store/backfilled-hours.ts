// Which hours of which stations backfill has read, and which it still has to.

import type { Sql } from "../../../shared/database/sql.ts";

/** A span of whole UTC hours, from the start of the first to the end of the last. */
type HourSpan = { from: Date; to: Date };

/** Stands for every station of the network. */
const network = "*";
/** Stands for all stations that were known when they were wanted: their own files were read instead of the hour's. */
const allKnown = "-";

/** A station's file is asked for once in this time at most, unless rows from further back are wanted. */
const stationFileRest = "24 hours";

/**
 * Returns the UTC hours from one to another, both included, that were not read of some wanted station, oldest first.
 * @param stations those that are wanted, or `null` for all
 */
export async function missingHours(sql: Sql, first: Date, last: Date, stations: Set<string> | null): Promise<Date[]> {
  const rows = await sql<{ hour: Date }[]>`
    select hour from generate_series(${first}::timestamptz, ${last}::timestamptz, interval '1 hour') as hour
    where not exists (select from backfilled_hours where station_id = ${network} and hours @> hour)
      and exists (
        select from unnest(${[...(stations ?? [allKnown])]}::text[]) as wanted (station_id)
        left join backfilled_hours as read using (station_id)
        where read.hours is null or not read.hours @> hour
      )
    order by hour
  `;
  return rows.map((row) => row.hour);
}

/** Notes that the file of whole hours was read of these stations, or of all. */
export async function rememberHours(sql: Sql, span: HourSpan, stations: Set<string> | null): Promise<void> {
  await addHours(sql, span, [...(stations ?? [network])]);
}

/** Notes that the own file of each station that is known was asked for, so that the files of these hours are not needed. */
export async function rememberAllKnown(sql: Sql, span: HourSpan): Promise<void> {
  await addHours(sql, span, [allKnown]);
}

async function addHours(sql: Sql, { from, to }: HourSpan, ids: string[]): Promise<void> {
  await sql`
    insert into backfilled_hours as stored (station_id, hours)
    select station_id, tstzmultirange(tstzrange(${from}::timestamptz, ${to}::timestamptz))
    from unnest(${ids.sort()}::text[]) as read (station_id)
    on conflict (station_id) do update set hours = stored.hours + excluded.hours
  `;
}

/**
 * Returns the stations whose own files have to be read: those that have reported, are wanted, and lack an hour between two
 * times. One that could not be read the last time comes last, so that it holds up no other.
 * @param now a file that was answered for in the 24 hours before is not asked for again, unless from further back
 */
export async function stationsToRead(
  sql: Sql,
  { from, to }: HourSpan,
  now: Date,
  stations: Set<string> | null,
): Promise<string[]> {
  const rows = await sql<{ stationId: string }[]>`
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
  `;
  return rows.map((row) => row.stationId);
}

/** What came of the request for a station's own file. */
type StationRead = {
  askedAt: Date;
  /** From when on its rows were wanted. */
  since: Date;
  /** The end of the last hour that it holds whole; `null` when there is no such file. */
  until: Date | null;
};

/** Notes what a station's own file has given. */
export async function rememberStation(sql: Sql, stationId: string, { askedAt, since, until }: StationRead) {
  const isRead = until !== null && until > since;
  await sql`
    insert into backfilled_hours as stored (station_id, hours, asked_at, asked_since)
    values (
      ${stationId},
      ${isRead ? sql`tstzmultirange(tstzrange(${since}::timestamptz, ${until}::timestamptz))` : sql`'{}'`},
      ${askedAt}, ${since}
    )
    on conflict (station_id) do update set
      hours = stored.hours + excluded.hours, asked_at = excluded.asked_at, asked_since = excluded.asked_since,
      failed_at = null
  `;
}

/** Notes that a station's own file could not be read. */
export async function rememberFailure(sql: Sql, stationId: string, failedAt: Date): Promise<void> {
  await sql`
    insert into backfilled_hours (station_id, failed_at) values (${stationId}, ${failedAt})
    on conflict (station_id) do update set failed_at = excluded.failed_at
  `;
}

/** Forgets what was read of before a time. */
export async function forgetHours(sql: Sql, before: Date): Promise<void> {
  await sql`
    update backfilled_hours set hours = hours - tstzmultirange(tstzrange(null, ${before}::timestamptz))
    where hours && tstzrange(null, ${before}::timestamptz)
  `;
}

/** Every station of which there is an observation. */
function reportingStations(sql: Sql) {
  return sql`
    select station_id from stations
    where exists (select from observations where observations.station_id = stations.station_id)
  `;
}
