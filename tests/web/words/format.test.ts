// Formats of ages.

import { describe, expect, test } from "bun:test";
import { formatAge } from "../../../web/words/format.ts";

const minute = 60_000;
const hour = 60 * minute;

describe("An age", () => {
  test.each([
    [-5 * minute, "just now"],
    [0, "just now"],
    [59_999, "just now"],
    [minute, "1 min"],
    [21 * minute, "21 min"],
    [hour - 1, "59 min"],
    [hour, "1 h"],
    [3 * hour + 5 * minute, "3 h 5 min"],
    [47 * hour, "47 h"],
    [48 * hour - 1, "47 h 59 min"],
    [48 * hour, "2 d"],
    [400 * 24 * hour, "400 d"],
  ])("of %i ms is shown as %s", (ageMs, text) => {
    expect(formatAge(ageMs)).toBe(text);
  });
});
