import { expect, test } from "bun:test";
import { generatedSeries } from "./network-series.ts";
import { complaintsOf, runSoak } from "./run-soak.ts";
import type { FaultKind } from "./ways.ts";

const seed = 20_260_506;
const stations = 150;
/** Those that are over soon; the others have tests of their own, and `bun run soak` draws from all. */
const kinds: FaultKind[] = [
  "kill a worker",
  "kill a server",
  "kill Redis",
  "kill PostgreSQL",
  "pause a worker",
  "pause a server",
  "pause PostgreSQL",
  "close client sockets",
  "Redis forgets all",
  "set PostgreSQL back",
];

test("whatever dies, every listener ends with every stored event once, in order", async () => {
  console.log(`seed ${seed}`);
  const report = await runSoak({
    seed,
    // Each kind once.
    faults: kinds.length,
    kinds,
    series: generatedSeries(stations, seed),
    stepMs: 500,
    listeners: 10,
    servers: 2,
    maxGapMs: 400,
    maxLastsMs: 600,
    onFault() {},
  });
  expect(complaintsOf(report)).toEqual([]);
  expect(report.faults.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  expect(report.verdict.stored).toBeGreaterThanOrEqual(stations);
  expect(report.verdict.heard).toBeGreaterThanOrEqual(10 * stations);
}, 180_000);
