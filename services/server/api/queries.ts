import type postgres from "postgres";
import { inTransaction, type Sql, type Transaction } from "../../../shared/database/sql.ts";
import {
  type Measurement,
  type MedianMeasurement,
  measurements,
  medianMeasurements,
  type Observation,
  type StoredEvent,
  type StoredObservation,
} from "../../../shared/measurements.ts";
import { latestObsPath, simulationOwner } from "../../../shared/upstream.ts";
import type { BoundingBox, Filter, Position } from "../stream/filter.ts";

/** How far the stream has come, as PostgreSQL knows it. */
export type Marks = {
  /** The newest event id that is stored, or was before it was pruned; 0 when there is none. */
  newest: bigint;
  /** The largest event id that pruning took away; 0 when it took none. */
  pruned: bigint;
  /**
   * Where the ids of the present timeline begin; 0 when the database was never set back. A lower id that a listener names
   * may stand for an event that a backup or a failover has lost.
   */
  timeline: bigint;
};

/** Reads {@link Marks}. */
export async function readMarks(sql: Sql | Transaction): Promise<Marks> {
  const [row] = await sql<Record<keyof Marks, string>[]>`
    select
      greatest((select max(event_id) from observations), pruned_event_id, timeline_event_id) as newest,
      pruned_event_id as pruned,
      timeline_event_id as timeline
    from stream_marks
  `;
  return { newest: BigInt(row?.newest ?? 0), pruned: BigInt(row?.pruned ?? 0), timeline: BigInt(row?.timeline ?? 0) };
}

/** Which events a replay sends, beside those that its filter keeps back. */
export type EventRange = {
  /** Exclusive. */
  after: bigint;
  /** Inclusive; `null`: no end. */
  upTo: bigint | null;
  /** Observed at this time or later; `null`: whenever. */
  since: Date | null;
};

/** The next events of a range in the order of their ids, at most `limit`. */
export async function readEvents(sql: Sql, range: EventRange, filter: Filter, limit: number): Promise<StoredEvent[]> {
  return sql`
    select observations.station_id, observed_at, ${sql(measurements)}, event_id
    ${fromRange(sql, range, filter)}
    order by event_id
    limit ${limit}
  `;
}

/**
 * Returns whether an event may be of this database: its row has this id, or had it before it changed again. What is
 * published is far too young to be pruned.
 */
export async function mayHoldEvent(sql: Sql, stationId: string, timestamp: string, eventId: bigint): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (
      select from observations
      where station_id = ${stationId} and observed_at = ${timestamp} and event_id >= ${String(eventId)}
    ) as known
  `;
  return row?.known ?? false;
}

/** How many events a range holds, counting no further than `limit`, and the id of the first; `null` where it is empty. */
export async function measureRange(
  sql: Sql,
  range: EventRange,
  filter: Filter,
  limit: number,
): Promise<{ count: number; first: bigint | null }> {
  const [row] = await sql<{ count: number; first: string | null }[]>`
    select count(*)::int as count, min(event_id) as first
    from (select event_id ${fromRange(sql, range, filter)} order by event_id limit ${limit}) as counted
  `;
  return { count: row?.count ?? 0, first: row?.first == null ? null : BigInt(row.first) };
}

function fromRange(sql: Sql, { after, upTo, since }: EventRange, filter: Filter) {
  return sql`
    from observations ${filter.bbox === null ? sql`` : sql`join stations using (station_id)`}
    where event_id > ${String(after)}
      ${upTo === null ? sql`` : sql`and event_id <= ${String(upTo)}`}
      ${since === null ? sql`` : sql`and observed_at >= ${since}`}
      ${restrict(sql, filter)}
  `;
}

/** The same as `contains` in `stream/filter.ts`. */
function within(sql: Sql | Transaction, { west, south, east, north }: BoundingBox) {
  const reaches = (longitude: postgres.Fragment) =>
    west <= east
      ? sql`${longitude} between ${west} and ${east}`
      : sql`(${longitude} >= ${west} or ${longitude} <= ${east})`;
  return sql`
    and latitude between ${south} and ${north}
    and (${reaches(sql`longitude`)} or (abs(longitude) = 180 and ${reaches(sql`-longitude`)}))
  `;
}

/** The newest row of each station, however old, and the event id up to which this snapshot holds everything. */
export async function readLatest(sql: Sql): Promise<{ lastEventId: string; observations: StoredObservation[] }> {
  // One snapshot for both, so that a stream from lastEventId misses nothing.
  return inTransaction(
    sql,
    async (tx) => {
      const { newest } = await readMarks(tx);
      const observations = await tx<StoredObservation[]>`
      select newest.*
      from stations, lateral (
        select station_id, observed_at, ${tx(measurements)}, event_id
        from observations
        where observations.station_id = stations.station_id
        order by observed_at desc
        limit 1
      ) as newest
      order by station_id
    `;
      return { lastEventId: String(newest), observations };
    },
    "isolation level repeatable read read only",
  );
}

/** A value and when it was measured. */
export type Measured = { value: number; at: Date };

/** What a station measured last, field by field; `null` is "not measured". */
export type Conditions = { stationId: string } & Record<Measurement, Measured | null>;

/**
 * What each station measured last since a time, for stations that reported at all since then, and the event id up to
 * which this snapshot holds everything.
 */
export async function readConditions(
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

/** What one station measured, by rising time. */
export type Series = {
  stationId: string;
  /** Milliseconds of the Unix epoch. */
  timesMs: number[];
} & Record<MedianMeasurement, (number | null)[]>;

/** What each station measured after a time and up to another, as one series a station: thousands of rows are far slower. */
export async function readSeries(sql: Sql, after: Date, upTo: Date, filter: Filter): Promise<Series[]> {
  const fields = medianMeasurements.map((name) => sql`json_agg(${sql(name)} order by observed_at) as ${sql(name)}`);
  return sql`
    select
      station_id,
      json_agg((extract(epoch from observed_at) * 1000)::bigint order by observed_at) as times_ms,
      ${listed(sql, fields)}
    from observations ${filter.bbox === null ? sql`` : sql`join stations using (station_id)`}
    where observed_at > ${notBeforeYearOne(after)} and observed_at <= ${notBeforeYearOne(upTo)} ${restrict(sql, filter)}
    group by station_id
  `;
}

/** The earliest time that PostgreSQL and ISO 8601 write alike: what follows in PostgreSQL's past is the year 1 BC. */
const earliest = new Date("0001-01-01T00:00:00Z");

/** Parameters are checked, but a time that is computed from one may be earlier than PostgreSQL can read. */
function notBeforeYearOne(time: Date): Date {
  return time < earliest ? earliest : time;
}

/** Parts of a query with commas between them. */
function listed(sql: Sql | Transaction, parts: postgres.Fragment[]): postgres.Fragment {
  return parts.reduce((list, part) => sql`${list}, ${part}`);
}

/** What a filter adds to a `where`; with a `bbox`, `stations` must be joined. */
function restrict(sql: Sql | Transaction, { stations, bbox }: Filter) {
  return sql`
    ${stations === null ? sql`` : sql`and observations.station_id = any(${[...stations]})`}
    ${bbox === null ? sql`` : within(sql, bbox)}
  `;
}

/** A span of the network's history, in the order of time and, within it, of the stations' ids. */
export type ObservationSpan = {
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
export async function readObservations(
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
export async function readObservationPage(
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

/** A span of one station's history; without `since`, the newest rows of it. */
export type HistorySpan = { since: Date | null; until: Date | null; limit: number };

/** One station's observations, oldest first; `null` for a station that nobody has heard of. */
export async function readHistory(
  sql: Sql,
  stationId: string,
  { since, until, limit }: HistorySpan,
): Promise<StoredObservation[] | null> {
  const observations = await sql<StoredObservation[]>`
    select station_id, observed_at, ${sql(measurements)}, event_id
    from observations
    where station_id = ${stationId}
      ${since === null ? sql`` : sql`and observed_at >= ${since}`}
      ${until === null ? sql`` : sql`and observed_at <= ${until}`}
    order by observed_at ${since === null ? sql`desc` : sql`asc`}
    limit ${limit}
  `;
  if (observations.length === 0 && (await readStation(sql, stationId)) === null) return null;
  return since === null ? observations.reverse() : observations;
}

/** A station as the API tells it; what is not known is `null`. */
export type StationRow = {
  stationId: string;
  name: string | null;
  owner: string | null;
  program: string | null;
  type: string | null;
  latitude: number | null;
  longitude: number | null;
  elevationM: number | null;
};

/** Every station, by id. */
export async function readStations(sql: Sql): Promise<StationRow[]> {
  return sql`
    select station_id, name, owner, program, type, latitude, longitude, elevation_m from stations order by station_id
  `;
}

/** One station, or `null`. */
export async function readStation(sql: Sql, stationId: string): Promise<StationRow | null> {
  const [station] = await sql<StationRow[]>`
    select station_id, name, owner, program, type, latitude, longitude, elevation_m
    from stations where station_id = ${stationId}
  `;
  return station ?? null;
}

/** How the network and its reading stand. */
export type Status = {
  /** When a worker last asked NDBC for its newest observations, and was answered. */
  lastPoll: Date | null;
  /** When a worker last began to ask it, answered or not; `null` before the first time. */
  lastPollBegun: Date | null;
  /** How far apart polls are: the worker's `POLL_SECONDS`. */
  pollSeconds: number | null;
  /**
   * Whether no worker polls any more: none has begun for two periods and a retry, and for 100 s at least, since a poll
   * that hangs is ended after 90 s.
   */
  pollsStopped: boolean;
  /** What NDBC says of that file's age, in its own words: an HTTP date. */
  ndbcLastModified: string | null;
  /** Stations with an observation of the last three hours. */
  stationsReporting: number;
  /** Whether a station is of the simulated sea. */
  simulated: boolean;
  /** The newest event that is stored. */
  lastEventId: string;
};

/** Reads {@link Status}. */
export async function readStatus(sql: Sql): Promise<Status> {
  const { newest } = await readMarks(sql);
  const [status] = await sql<Omit<Status, "lastEventId">[]>`
    select
      newest.fetched_at as last_poll,
      polling.begun_at as last_poll_begun,
      polling.every_seconds as poll_seconds,
      coalesce(
        polling.begun_at < now() - make_interval(secs => greatest(2 * polling.every_seconds + 6, 100)), false
      ) as polls_stopped,
      newest.last_modified as ndbc_last_modified,
      (select count(distinct station_id)::int from observations where observed_at > now() - interval '3 hours')
        as stations_reporting,
      exists (select from stations where owner = ${simulationOwner}) as simulated
    from (values (1)) as always
      left join upstream_files as newest on newest.path = ${latestObsPath}
      left join polling on true
  `;
  const noPoll = { lastPoll: null, lastPollBegun: null, pollSeconds: null, pollsStopped: false };
  const unknown = { ...noPoll, ndbcLastModified: null, stationsReporting: 0, simulated: false };
  return { ...(status ?? unknown), lastEventId: String(newest) };
}

/** Where each station lies. */
export async function readPositions(sql: Sql): Promise<Map<string, Position>> {
  const rows = await sql<{ stationId: string; latitude: number; longitude: number }[]>`
    select station_id, latitude, longitude from stations where latitude is not null and longitude is not null
  `;
  return new Map(rows.map(({ stationId, latitude, longitude }) => [stationId, { latitude, longitude }]));
}
