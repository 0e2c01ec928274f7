// Marks from the network's conditions.

import { expect, test } from "bun:test";
import { markOf } from "../../../web/map/network-marks.ts";

const hourMs = 3_600_000;

test("a mark shows the values that sound: a sensor silent for three hours leaves no ring beside a new wind", () => {
  const fields = {
    waveHeightM: { value: 4, atMs: 0 },
    windDirDeg: { value: 90, atMs: 1 },
    windSpeedMps: { value: 8, atMs: 3 * hourMs - 300_000 },
  };
  expect(markOf({ stationId: "46026", fields }, 3 * hourMs)).toEqual({
    waterTempC: null,
    waveHeightM: null,
    windSpeedMps: 8,
    windDirDeg: 90,
    ageMin: 5,
  });
  expect(markOf({ stationId: "46026", fields }, 3 * hourMs - 1).waveHeightM).toBe(4);
});
