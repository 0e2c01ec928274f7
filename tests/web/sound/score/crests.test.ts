// Unit tests of the crests.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createRandom } from "../../../../web/sound/random.ts";
import { createCrests } from "../../../../web/sound/score/crests.ts";
import { sea } from "./sea.ts";

setDefaultTimeout(120_000);

test("steady crests are one period apart, others vary by up to 4 %", () => {
  const gapsOf = (steady: boolean) => {
    const crests = createCrests({ random: createRandom(1), firstS: 0, idleS: 1, steady }).until(100, () => sea);
    return crests.slice(1).map(({ t }, index) => t - (crests[index]?.t ?? 0));
  };
  expect(new Set(gapsOf(true))).toEqual(new Set([8]));
  for (const gap of gapsOf(false)) expect(Math.abs(gap - 8)).toBeLessThanOrEqual(0.32);
});

test("there are no crests while the period is unknown, and they start when it is known", () => {
  const crests = createCrests({ random: createRandom(1), firstS: 0, idleS: 1, steady: true });
  const passed = crests.until(12, (t) => ({ ...sea, dominantPeriodS: t < 9.5 ? null : 8 }));
  expect(passed.map(({ t }) => t)).toEqual([10]);
});
