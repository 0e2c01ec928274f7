// A short soak with the faults that end soon.
import { expect, test } from "bun:test";
import { generatedSeries } from "./network-series.ts";
import { complaintsOf, runSoak } from "./run-soak.ts";
import type { FaultKind } from "./ways.ts";

const seed = 20_260_506;
const stations = 150;
/** Faults that end soon; the others have separate tests, and `bun run soak` uses all of them. */
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

test("every listener receives every stored event once, in order, through kills and restarts", async () => {
  console.log(`seed ${seed}`);
  const report = await runSoak({
    seed,
    // One fault of each kind.
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
