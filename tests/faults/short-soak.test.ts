import { expect, test } from "bun:test";
import { faultKinds } from "./faults.ts";
import { generatedSeries } from "./network-series.ts";
import { complaintsOf, runSoak } from "./run-soak.ts";

const seed = 20_260_506;
const stations = 150;

test("whatever dies, every listener ends with every stored event once, in order", async () => {
  console.log(`seed ${seed}`);
  const report = await runSoak({
    seed,
    // Each kind once.
    faults: faultKinds.length,
    series: generatedSeries(stations, seed),
    stepMs: 500,
    listeners: 10,
    servers: 2,
    maxGapMs: 600,
    maxLastsMs: 1_000,
    onFault() {},
  });
  expect(complaintsOf(report)).toEqual([]);
  expect(Object.keys(report.faults).toSorted()).toEqual(faultKinds.toSorted());
  expect(report.verdict.stored).toBeGreaterThanOrEqual(stations);
  expect(report.verdict.heard).toBeGreaterThanOrEqual(10 * report.verdict.stored);
}, 180_000);
