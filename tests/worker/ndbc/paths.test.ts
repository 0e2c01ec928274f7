// Paths of NDBC's files.

import { expect, test } from "bun:test";
import { hourlyPath, realtimePath } from "../../../services/worker/ndbc/paths.ts";

test("a station's files are named by its id", () => {
  expect(realtimePath("51WH0", "txt")).toBe("/data/realtime2/51WH0.txt");
  expect(realtimePath("44009", "spec")).toBe("/data/realtime2/44009.spec");
});

test.each(["", "440", "44009/..", "../../etc", "44009.txt?", "51wh0", "44009\n", "12345678901"])(
  "%j leads to no file",
  (id) => {
    expect(() => realtimePath(id, "txt")).toThrow("is no station id");
  },
);

test("an hourly file is named by its hour in UTC", () => {
  expect(hourlyPath(new Date("2026-05-06T09:59:59Z"))).toBe("/data/hourly2/hour_09.txt");
  expect(hourlyPath(new Date("2026-05-06T23:00:00-05:00"))).toBe("/data/hourly2/hour_04.txt");
});
