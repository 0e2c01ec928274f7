// Tests of the size on disk after the oldest day was deleted. `bun run bench retention --check` waits for autovacuum.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { pruneBefore } from "../../../services/worker/tasks/prune.ts";
import { startDatabase } from "../../rig/database.ts";
import { storeSimulatedDay } from "../../rig/simulated-day.ts";

setDefaultTimeout(60_000);

const dayMs = 86_400_000;
const day = { stations: 200, reports: 6 };
const rowsOfDay = day.stations * day.reports;

const { sql, stop } = await startDatabase();
afterAll(stop);

async function sizes(): Promise<{ rows: number; bytes: number }> {
  const [row] = await sql<{ rows: number; bytes: number }[]>`
    select (select count(*)::int from observations) as rows, pg_total_relation_size('observations')::float8 as bytes
  `;
  return row ?? { rows: Number.NaN, bytes: Number.NaN };
}

test("the next day reuses the space of the deleted one, so the database does not grow", async () => {
  const kept = 3;
  const ends: { rows: number; bytes: number }[] = [];
  for (let index = 0; index < 8; index++) {
    const midnightMs = Date.UTC(2026, 0, 1) + index * dayMs;
    await storeSimulatedDay(sql, new Date(midnightMs), day);
    await pruneBefore(sql, new Date(midnightMs + (1 - kept) * dayMs));
    await sql`vacuum observations`;
    ends.push(await sizes());
  }
  expect(ends.map(({ rows }) => rows / rowsOfDay)).toEqual(ends.map((_, index) => Math.min(index + 1, kept)));
  // While the first is dropped the table holds a day more; gaps in the indexes are filled a day after those in the table.
  const [settled, ...later] = ends.slice(kept + 1).map(({ bytes }) => bytes);
  expect(later).toHaveLength(3);
  for (const bytes of later) expect(bytes).toBeLessThanOrEqual((settled ?? 0) * 1.02);
});

test("autovacuum runs after one day of 45 was deleted", async () => {
  const [table] = await sql<{ reloptions: string[] }[]>`
    select reloptions from pg_class where oid = 'observations'::regclass
  `;
  const share = Number(/^autovacuum_vacuum_scale_factor=(.+)$/m.exec(table?.reloptions.join("\n") ?? "")?.[1]);
  expect(share).toBeLessThan(1 / 45);
});
