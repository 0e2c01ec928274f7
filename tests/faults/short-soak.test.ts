import { expect, test } from "bun:test";
import { faultKinds } from "./faults.ts";
import { generatedSeries } from "./network-series.ts";
import { complaintsOf, runSoak } from "./run-soak.ts";

const seed = 20_260_506;

test("whatever dies, every listener ends with every stored event once, in order", async () => {
  console.log(`seed ${seed}`);
  const report = await runSoak({
    seed,
    faults: 12,
    series: generatedSeries(150, seed),
    stepMs: 500,
    listeners: 20,
    servers: 2,
    maxGapMs: 600,
    maxLastsMs: 1_500,
    onFault() {},
  });
  expect(complaintsOf(report)).toEqual([]);
  expect(Object.keys(report.faults).toSorted()).toEqual(faultKinds.toSorted());
  expect(report.verdict.stored).toBeGreaterThan(300);
  expect(report.verdict.heard).toBeGreaterThanOrEqual(20 * report.verdict.stored);
}, 90_000);
