import { describe, expect, test } from "bun:test";
import { formatAge, formatCount, formatEnd, formatValue, formatWind } from "../../web/format.ts";

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
    [48 * hour, "2 d"],
    [400 * 24 * hour, "400 d"],
  ])("of %i ms is told as %s", (ageMs, told) => {
    expect(formatAge(ageMs)).toBe(told);
  });
});

describe("A value", () => {
  test("is told with one decimal and its unit", () => {
    expect(formatValue(12.4, "°C")).toBe("12.4\u00a0°C");
    expect(formatValue(3, "m")).toBe("3.0\u00a0m");
  });

  test("that was not measured is a dash, and zero is zero", () => {
    expect(formatValue(null, "m")).toBe("–");
    expect(formatValue(0, "m")).toBe("0.0\u00a0m");
  });

  test("below zero carries a true minus sign, unless it rounds to zero", () => {
    expect(formatValue(-1.5, "°C")).toBe("−1.5\u00a0°C");
    expect(formatValue(-0.04, "°C")).toBe("0.0\u00a0°C");
  });
});

describe("Wind", () => {
  test("is told with the compass point it blows from", () => {
    expect(formatWind(5.1, 180)).toBe("5.1\u00a0m/s\u00a0S");
    expect(formatWind(5.1, 360)).toBe("5.1\u00a0m/s\u00a0N");
    expect(formatWind(5.1, 0)).toBe("5.1\u00a0m/s\u00a0N");
    expect(formatWind(5.1, 225)).toBe("5.1\u00a0m/s\u00a0SW");
  });

  test("without a direction is its speed alone, and a direction without a speed is nothing", () => {
    expect(formatWind(5.1, null)).toBe("5.1\u00a0m/s");
    expect(formatWind(null, 180)).toBe("–");
  });

  test("that is calm comes from nowhere", () => {
    expect(formatWind(0, 180)).toBe("0.0\u00a0m/s");
  });
});

test("The end of a scale is told without decimals, a longitude as sailors write it", () => {
  expect(formatEnd(-2, "°C")).toBe("−2\u00a0°C");
  expect(formatEnd(-160, "°")).toBe("160°\u00a0W");
});

test("One is singular, none and many are plural", () => {
  expect([0, 1, 1_200].map((count) => formatCount(count, "bell"))).toEqual(["0 bells", "1 bell", "1,200 bells"]);
});
