import { expect, setDefaultTimeout, test } from "bun:test";
import { replayDays } from "../rig/replayed-days.ts";

setDefaultTimeout(120_000);

test("the database stays as large as it is once the oldest day is dropped", async () => {
  // A day of six is less than what PostgreSQL by itself lets lie about.
  const kept = 6;
  const ends = await replayDays(10, kept, { stations: 450, reports: 8 });
  expect(ends.map(({ rows }) => rows / (8 * 450))).toEqual(ends.map((_, index) => Math.min(index + 1, kept)));
  // While the first is dropped the table holds a day more; the gaps in the indexes are filled a day after those in the table.
  const [settled, ...later] = ends.slice(kept + 1);
  const growth = later.map(({ databaseBytes }) => databaseBytes / (settled?.databaseBytes ?? 0));
  expect(growth).toHaveLength(2);
  expect(Math.max(...growth)).toBeLessThan(1.02);
});
