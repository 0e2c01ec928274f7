// The batches in which reports arrive.

import { expect, test } from "bun:test";
import { createBatches } from "../../../web/listen/batches.ts";
import { createTestClock } from "../../rig/test-clock.ts";

const ids = (count: number, prefix = "41") => Array.from({ length: count }, (_, index) => `${prefix}${100 + index}`);
const minutesMs = 60_000;

test("a page that opens between two batches joins the newest, and knows when the next is due", () => {
  const clock = createTestClock();
  const batches = createBatches(clock);
  expect(batches.underWay()).toBeNull();
  batches.add([
    { ageMs: 12 * minutesMs, stations: ids(50) },
    { ageMs: 7 * minutesMs, stations: ids(50, "42") },
    { ageMs: 2 * minutesMs, stations: ids(50, "43") },
  ]);
  const underWay = batches.underWay();
  expect(underWay).toEqual({
    stations: new Set(ids(50, "43")),
    arrivedAtMs: clock.monotonicMs() - 2 * minutesMs,
    intervalMs: 5 * minutesMs,
  });
});

test("after a batch of a few corrections, the batch before it rings too", () => {
  const batches = createBatches(createTestClock());
  batches.add([
    { ageMs: 5 * minutesMs, stations: ids(50) },
    { ageMs: minutesMs, stations: ["46026"] },
  ]);
  expect([...(batches.underWay()?.stations ?? [])].toSorted()).toEqual([...ids(50), "46026"].toSorted());
});

test("reports of the stream that arrive together form a batch, and a later one replaces it", async () => {
  const clock = createTestClock();
  const batches = createBatches(clock);
  for (const id of ids(30)) batches.arrive(id);
  await clock.advance(1_000);
  for (const id of ids(30, "42")) batches.arrive(id);
  expect(batches.underWay()).toMatchObject({ stations: new Set([...ids(30), ...ids(30, "42")]), intervalMs: null });
  await clock.advance(minutesMs);
  for (const id of ids(50, "43")) batches.arrive(id);
  expect(batches.underWay()).toMatchObject({ stations: new Set(ids(50, "43")), intervalMs: 61_000 });
});

test("a batch older than a quarter of an hour is over", async () => {
  const clock = createTestClock();
  const batches = createBatches(clock);
  batches.add([{ ageMs: 14 * minutesMs, stations: ids(50) }]);
  expect(batches.underWay()?.stations.size).toBe(50);
  await clock.advance(2 * minutesMs);
  expect(batches.underWay()).toBeNull();
});
