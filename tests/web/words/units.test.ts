// Units and formats of values.

import { expect, test } from "bun:test";
import { compassPoint, formatMeasurement, preferredUnits } from "../../../web/words/units.ts";

const metric = preferredUnits("de-DE");
const american = preferredUnits("en-US");

test.each([
  ["waveHeightM", 2.1, "2.1 m", "6.9 ft"],
  ["windSpeedMps", 10, "10.0 m/s", "19 kn"],
  ["waterTempC", -1.8, "−1.8 °C", "29 °F"],
  ["airTempC", -0.04, "0.0 °C", "32 °F"],
  ["waterTempC", -0, "0.0 °C", "32 °F"],
  ["airTempC", -17.9, "−17.9 °C", "0 °F"],
  ["waveHeightM", 0, "0.0 m", "0.0 ft"],
  ["pressureTendencyHpa", -1.5, "−1.5 hPa", "−1.5 hPa"],
  ["pressureHpa", 1012.8, "1012.8 hPa", "1012.8 hPa"],
  ["dominantPeriodS", 9, "9 s", "9 s"],
  ["tideFt", 3.3, "1.0 m", "3.3 ft"],
  ["windDirDeg", 290, "290° WNW", "290° WNW"],
  ["windDirDeg", 360, "360° N", "360° N"],
] as const)("%s of %d is shown as %s, or as %s", (field, value, inMetric, inAmerican) => {
  expect(formatMeasurement(field, value, metric).replaceAll("\u00a0", " ")).toBe(inMetric);
  expect(formatMeasurement(field, value, american).replaceAll("\u00a0", " ")).toBe(inAmerican);
});

test("a missing value is a dash, never a zero", () => {
  expect(formatMeasurement("waveHeightM", null, metric)).toBe("–");
  expect(formatMeasurement("waveHeightM", undefined, american)).toBe("–");
});

test.each([
  [0, "N"],
  [11.2, "N"],
  [11.3, "NNE"],
  [90, "E"],
  [225, "SW"],
  [349, "N"],
  [360, "N"],
] as const)("%d° is called %s", (degrees, point) => {
  expect(compassPoint(degrees)).toBe(point);
});

test("feet, knots and Fahrenheit are the default only in browsers set to US English", () => {
  for (const language of ["en-US", "es-US", "en-us"]) expect(preferredUnits(language)).toEqual(american);
  for (const language of ["en-GB", "en", "de", ""]) expect(preferredUnits(language)).toEqual(metric);
});
