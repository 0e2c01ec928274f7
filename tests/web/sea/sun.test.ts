// The position of the sun, compared with almanacs.

import { expect, setDefaultTimeout, test } from "bun:test";
import { subsolarPoint, sunElevationDeg } from "../../../web/sea/sun.ts";

setDefaultTimeout(120_000);

/** Times from the almanac (USNO), to the minute. */
const seasons = [
  ["March equinox", "2024-03-20T03:06Z", 0],
  ["June solstice", "2024-06-20T20:51Z", 23.44],
  ["September equinox", "2024-09-22T12:44Z", 0],
  ["December solstice", "2024-12-21T09:20Z", -23.44],
] as const;

for (const [name, time, latitude] of seasons) {
  test(`at the ${name} the sun is over ${latitude}°`, () => {
    expect(Math.abs(subsolarPoint(Date.parse(time)).latitude - latitude)).toBeLessThan(0.02);
  });
}

/** The equation of time (Meeus, Astronomical Algorithms): minutes by which the sun is ahead of the clock. */
const equationOfTime = [
  ["2024-02-11T12:00Z", -14.2],
  ["2024-04-15T12:00Z", 0],
  ["2024-11-03T12:00Z", 16.4],
] as const;

for (const [time, minutes] of equationOfTime) {
  test(`on ${time.slice(0, 10)} the sun is ${minutes} minutes ahead of noon in Greenwich`, () => {
    expect(Math.abs(subsolarPoint(Date.parse(time)).longitude + minutes / 4)).toBeLessThan(0.1);
  });
}

test("the sun moves west by 15° an hour, all the way around", () => {
  const start = Date.parse("2026-05-03T00:00Z");
  for (let hour = 0; hour < 48; hour++) {
    const [before, after] = [hour, hour + 1].map((h) => subsolarPoint(start + h * 3_600_000).longitude);
    const west = ((((before ?? 0) - (after ?? 0)) % 360) + 360) % 360;
    expect(west).toBeCloseTo(15, 1);
    expect(Math.abs(after ?? 999)).toBeLessThanOrEqual(180);
  }
});

test("the sun is overhead where the almanac has it, and as far below the horizon on the other side", () => {
  const noon = Date.parse("2024-03-20T03:06Z");
  const { longitude, latitude } = subsolarPoint(noon);
  expect(sunElevationDeg(noon, { latitude, longitude })).toBeCloseTo(90, 3);
  expect(sunElevationDeg(noon, { latitude: -latitude, longitude: longitude - 180 })).toBeCloseTo(-90, 3);
  expect(sunElevationDeg(noon, { latitude: 0, longitude: longitude + 90 })).toBeCloseTo(0, 1);
});
