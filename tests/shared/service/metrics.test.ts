// Scrapes that time out.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { watchConnection } from "../../../shared/connections/connection-health.ts";
import { connectSql } from "../../../shared/database/sql.ts";
import { createServiceMetrics } from "../../../shared/service/metrics.ts";
import { startDatabase } from "../../rig/database.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

const { databaseUrl, sql, stop } = await startDatabase();
afterAll(stop);

test("scrapes of a busy database leave one query at most, and PostgreSQL cancels it", async () => {
  const pool = connectSql(databaseUrl, "test", createTestClock());
  const database = watchConnection("PostgreSQL", silentLog, new AbortController().signal);
  const { scrape } = createServiceMetrics("server", pool, database, () => null);
  const figures = async () => /^bellbuoy_stored_event_id \d/m.test(await (await scrape()).text());
  database.up();
  expect(await figures()).toBe(true);

  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const holding = sql.begin(async (tx) => {
    await tx`lock table observations`;
    held.resolve();
    await released.promise;
  });
  await held.promise;
  const waiting = () => sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `;
  for (let times = 0; times < 3; times++) {
    expect(await Promise.all([figures(), figures()])).toEqual([false, false]);
    expect((await waiting()).length).toBeLessThanOrEqual(1);
    // A readiness check still gets a connection at once.
    expect([...(await pool`select 1 as one`)]).toEqual([{ one: 1 }]);
  }
  while ((await waiting()).length > 0) await Bun.sleep(10);
  released.resolve();
  await holding;
  while (!(await figures())) await Bun.sleep(10);
  await pool.end({ timeout: 1 });
});
