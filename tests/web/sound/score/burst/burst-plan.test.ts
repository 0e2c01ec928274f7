// Unit tests of the choice of bells in a burst.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createRandom } from "../../../../../web/sound/random.ts";
import { medianLongitude, planBells } from "../../../../../web/sound/score/burst/burst-plan.ts";
import type { Report } from "../../../../../web/sound/score/burst/report.ts";

setDefaultTimeout(120_000);

const report = (stationId: string, longitude: number | null): Report => ({
  stationId,
  longitude,
  waterTempC: 14,
  waveHeightM: 2,
  inView: false,
});
const options = { t: 0, leftS: 2, bellsPerS: 1, earliestS: 0, middle: -110, random: createRandom(1) };

test("the reports with the highest worth ring, from west to east; the others do not", () => {
  const reports = [report("east", -60), report("west", -150), report("dull", -100)];
  const worthOf = ({ stationId }: Report) => (stationId === "dull" ? 0 : 1);
  const { planned, leftOut } = planBells(reports, { ...options, worthOf });
  expect(planned.map((bell) => bell.report.stationId)).toEqual(["west", "east"]);
  expect(leftOut.map(({ stationId }) => stationId)).toEqual(["dull"]);
});

test("no bell rings before the bells that are already scheduled", () => {
  const { planned } = planBells([report("1", null)], { ...options, earliestS: 1.9, worthOf: () => 1 });
  expect(planned.map(({ t }) => t)).toEqual([1.9]);
});

test("the median longitude of stations on both sides of the date line is between them", () => {
  expect(medianLongitude([report("1", 170), report("2", -178), report("3", -160)])).toBe(-178);
  expect(medianLongitude([report("1", null)])).toBeNull();
});
