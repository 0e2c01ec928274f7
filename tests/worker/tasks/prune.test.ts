// Pruning: deleted rows, kept rows, and wrong clocks.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { PositionedObservation } from "../../../services/worker/ndbc/types.ts";
import { rememberHours } from "../../../services/worker/store/backfilled-hours.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { createPrune, pruneBefore } from "../../../services/worker/tasks/prune.ts";
import type { StoredObservation } from "../../../shared/measurements.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { observed } from "../../rig/observed.ts";
import { recordingLog } from "../../rig/recording-log.ts";
import { startStack } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const { sql } = stack;
const noon = "2026-05-06T12:00Z";

afterAll(stack.stop);

beforeEach(async () => {
  await sql`truncate batches, observations, stations, backfilled_hours`;
  await sql`update stream_marks set published_event_id = 0, pruned_event_id = 0`;
  await sql`alter sequence event_ids restart`;
});

const poll = (...rows: PositionedObservation[]) =>
  storePoll(sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);

/** Returns the stored rows in order of event ids; rows without an id are last. */
const stored = () => sql<StoredObservation[]>`
  select station_id, observed_at, event_id from observations order by event_id, observed_at, station_id
`;

describe("pruning", () => {
  test("deletes older rows in batches, and stores the largest deleted event id", async () => {
    await poll(
      ...Array.from({ length: 7 }, (_, hour) => observed("44009", `2026-05-06T0${hour}:00Z`)),
      observed("44009", noon),
    );
    await storeHistory(sql, [observed("46026", "2026-05-06T03:30Z"), observed("46026", noon)], unguardedIds);
    expect(await pruneBefore(sql, new Date("2026-05-06T04:00Z"), 2)).toBe(5);
    const times = (await stored()).map(({ observedAt, eventId }) => [observedAt.toISOString().slice(11, 16), eventId]);
    expect(times).toEqual([
      ["04:00", "5"],
      ["05:00", "6"],
      ["06:00", "7"],
      ["12:00", "8"],
      ["12:00", null],
    ]);
    expect(await sql`select pruned_event_id from stream_marks`).toMatchObject([{ prunedEventId: "4" }]);
  });

  test("keeps an old row that became an event recently, so that resuming clients get no reset", async () => {
    await poll(observed("44009", "2026-05-06T01:00Z"), observed("46026", "2026-05-06T05:00Z"));
    await poll(observed("51001", "2016-02-29T00:00Z"));
    await poll(observed("46026", noon));
    expect(await pruneBefore(sql, new Date("2026-05-06T04:00Z"))).toBe(1);
    expect((await stored()).map(({ stationId }) => stationId)).toEqual(["46026", "51001", "46026"]);
    expect(await sql`select pruned_event_id from stream_marks`).toMatchObject([{ prunedEventId: "1" }]);
    // It is deleted once its id is old too.
    expect(await pruneBefore(sql, new Date("2026-05-06T11:00Z"))).toBe(2);
    expect(await sql`select pruned_event_id from stream_marks`).toMatchObject([{ prunedEventId: "3" }]);
  });

  test("deletes everything when all of it is older", async () => {
    await poll(observed("44009", "2026-05-06T01:00Z"), observed("46026", "2026-05-06T05:00Z"));
    expect(await pruneBefore(sql, new Date("2026-06-01"))).toBe(2);
    expect(await sql`select pruned_event_id from stream_marks`).toMatchObject([{ prunedEventId: "2" }]);
  });

  test("of only history, or of no rows, does not move the mark", async () => {
    await sql`update stream_marks set pruned_event_id = 7`;
    await storeHistory(sql, [observed("44009", noon)], unguardedIds);
    expect(await pruneBefore(sql, new Date("2027-01-01"))).toBe(1);
    expect(await pruneBefore(sql, new Date("2027-01-01"))).toBe(0);
    expect(await sql`select pruned_event_id from stream_marks`).toMatchObject([{ prunedEventId: "7" }]);
  });

  test("keeps a row that becomes an event while it runs", async () => {
    await storeHistory(
      sql,
      [observed("44009", "2026-05-06T01:00Z"), observed("46026", "2026-05-06T02:00Z")],
      unguardedIds,
    );
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const polling = sql.begin(async (tx) => {
      await tx`update observations set event_id = nextval('event_ids') where station_id = '44009'`;
      held.resolve();
      await released.promise;
    });
    await held.promise;
    const pruning = pruneBefore(sql, new Date(noon));
    // Whether pruning waits for the poll or not, the row that the poll holds must stay.
    await Promise.race([pruning, untilWaiting()]);
    released.resolve();
    await polling;
    expect(await pruning).toBe(1);
    expect(await stored()).toMatchObject([{ stationId: "44009", eventId: "1" }]);
    expect(await sql`select pruned_event_id from stream_marks`).toMatchObject([{ prunedEventId: "0" }]);
  });

  test("runs several times at once, beside polls and backfill, without a deadlock or a row deleted twice", async () => {
    const minutes = Array.from({ length: 60 }, (_, minute) => `2026-05-06T01:${String(minute).padStart(2, "0")}Z`);
    const stations = Array.from({ length: 20 }, (_, index) => String(40_000 + index));
    const span = { from: new Date("2026-05-06T00:00Z"), to: new Date("2026-05-06T20:00Z") };
    for (let round = 0; round < 5; round++) {
      await sql`truncate observations`;
      await poll(
        ...minutes.flatMap((time) => stations.map((station) => observed(station, time))),
        observed("44009", noon),
      );
      await rememberHours(sql, span, new Set(stations));
      const prune = () => pruneBefore(sql, new Date("2026-05-06T11:00Z"), 100);
      const [first, second, third] = await Promise.all([
        prune(),
        prune(),
        prune(),
        poll(...stations.map((station) => observed(station, noon, { waveHeightM: round }))),
        storeHistory(
          sql,
          minutes.map((time) => observed("46026", time)),
          unguardedIds,
        ),
        rememberHours(sql, span, new Set(stations.toReversed())),
        rememberHours(sql, span, new Set(stations)),
      ]);
      const rest = await prune();
      expect(first + second + third + rest).toBe(minutes.length * (stations.length + 1));
      expect((await stored()).filter(({ observedAt }) => observedAt < new Date("2026-05-06T11:00Z"))).toEqual([]);
    }
  });

  test("waits for a backfill that records hours, or another prune, and never the other way round too", async () => {
    const hours = "{[2026-05-06 10:00+00, 2026-05-06 14:00+00)}";
    for (const station of ["46026", "44009"]) {
      await sql`insert into backfilled_hours (station_id, hours) values (${station}, ${hours})`;
    }
    const locked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const backfilling = sql.begin(async (tx) => {
      await tx`update backfilled_hours set failed_at = now() where station_id = '44009'`;
      locked.resolve();
      await goOn.promise;
      await tx`update backfilled_hours set failed_at = now() where station_id = '46026'`;
    });
    await locked.promise;
    const pruning = pruneBefore(sql, new Date(noon));
    await untilWaiting();
    goOn.resolve();
    await backfilling;
    expect(await pruning).toBe(0);
    expect(await sql`select distinct lower(hours) as from from backfilled_hours`).toMatchObject([
      { from: new Date(noon) },
    ]);
  });

  test("forgets which hours of the deleted time were read", async () => {
    await sql`
      insert into backfilled_hours (station_id, hours)
      values ('*', '{[2026-05-06 10:00+00, 2026-05-06 14:00+00)}'), ('44009', '{[2026-05-06 10:00+00, 2026-05-06 11:00+00)}')
    `;
    await pruneBefore(sql, new Date(noon));
    expect(await sql`select station_id, lower(hours) as from from backfilled_hours order by station_id`).toMatchObject([
      { stationId: "*", from: new Date(noon) },
      { stationId: "44009", from: null },
    ]);
  });
});

/** Resolves when a transaction in this database waits for another one. It polls PostgreSQL, which has no event for this. */
async function untilWaiting(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const waiting = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    `;
    if (waiting.length > 0) return;
  }
}

describe("the daily pruning", () => {
  const dayMs = 86_400_000;
  const presentMs = Date.now();
  const daysAgo = (days: number) => new Date(presentMs - days * dayMs).toISOString();
  /** Returns one row per day for the last 21 days, the newest one now. */
  const threeWeeks = () => Array.from({ length: 21 }, (_, day) => observed("44009", daysAgo(day)));

  /** Prunes rows older than 14 days, with this machine's clock and NDBC's ahead by the given days. */
  function pruneWith({ machine = 0, ndbc = 0 as number | null }) {
    const clock = createTestClock(presentMs + machine * dayMs);
    const { log, lines } = recordingLog();
    const nowMs = () => (ndbc === null ? null : presentMs + ndbc * dayMs);
    return { clock, lines, prune: createPrune({ sql, ndbc: { nowMs }, retentionDays: 14, log, clock }) };
  }

  test("deletes rows older than RETENTION_DAYS when all clocks agree", async () => {
    await poll(...threeWeeks());
    const { prune, lines } = pruneWith({});
    expect(await prune()).toEqual({ outcome: "pruned", rows: 6 });
    expect(lines.map(({ level, message }) => [level, message])).toEqual([["info", "pruned"]]);
  });

  test.each([
    ["this machine's clock is 60 days ahead", { machine: 60 }],
    ["this machine's clock is two days ahead", { machine: 2 }],
    ["this machine's clock is 60 days behind", { machine: -60 }],
    ["this machine's clock and NDBC's are 60 days ahead", { machine: 60, ndbc: 60 }],
    ["NDBC's Date is 60 days ahead", { ndbc: 60 }],
    ["NDBC's Date is 60 days behind", { ndbc: -60 }],
  ])("deletes nothing and warns once where %s", async (_, wrong) => {
    await poll(...threeWeeks());
    const { prune, lines } = pruneWith(wrong);
    for (let day = 0; day < 3; day++) expect(await prune()).toEqual({ outcome: "refused" });
    expect(await stored()).toHaveLength(21);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: "warn",
      message: "did not prune: clocks and newest observation are more than a day apart",
      facts: { newestObservation: new Date(daysAgo(0)) },
    });
  });

  test("deletes nothing when all clocks are ahead of the newest observation", async () => {
    await poll(...Array.from({ length: 21 }, (_, day) => observed("44009", daysAgo(60 + day))));
    expect(await pruneWith({ ndbc: null }).prune()).toEqual({ outcome: "refused" });
    expect(await stored()).toHaveLength(21);
  });

  test("uses the earliest clock when they differ by less than a day", async () => {
    await poll(...threeWeeks());
    await poll(observed("46026", new Date(presentMs - 14.5 * dayMs).toISOString()));
    expect(await pruneWith({ machine: 0.9 }).prune()).toEqual({ outcome: "pruned", rows: 6 });
    const { prune } = pruneWith({ machine: -0.9 });
    expect(await prune()).toEqual({ outcome: "pruned", rows: 0 });
  });

  test("is not stopped by a row with a time in the future", async () => {
    await poll(...threeWeeks(), observed("46026", daysAgo(-300)));
    expect(await pruneWith({}).prune()).toEqual({ outcome: "pruned", rows: 6 });
  });

  test("continues and logs it once the clock is corrected; a new difference is a new warning", async () => {
    await poll(...threeWeeks());
    const { prune, lines, clock } = pruneWith({ machine: 60 });
    await prune();
    clock.setNow(presentMs);
    expect(await prune()).toEqual({ outcome: "pruned", rows: 6 });
    clock.setNow(presentMs + 60 * dayMs);
    await prune();
    expect(lines.map(({ level }) => level)).toEqual(["warn", "info", "info", "warn"]);
  });

  test("of an empty database does nothing, independent of the clocks", async () => {
    const { prune, lines } = pruneWith({ machine: 60 });
    expect(await prune()).toEqual({ outcome: "pruned", rows: 0 });
    expect(lines).toEqual([]);
  });
});
