import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { geoArea, geoContains } from "d3-geo";
import fc from "fast-check";
import { decodeLand, encodeLand, type LandPolygon, stepsPerDegree } from "../../../web/map/land.ts";
import { land50m } from "../../../web/map/land-50m.ts";
import { land110m } from "../../../web/map/land-110m.ts";

setDefaultTimeout(20_000);

const landShare = 0.29;

const point = fc.tuple(fc.integer({ min: -7200, max: 7200 }), fc.integer({ min: -3600, max: 3600 }));
const ring = fc
  .uniqueArray(point, { minLength: 3, maxLength: 30, selector: String })
  .map((points) => points.map(([x, y]): [number, number] => [x / 40, y / 40]))
  .map((points) => [...points, ...points.slice(0, 1)]);
const polygons = fc.array(fc.array(ring, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });

describe("the coastline as text", () => {
  test("is read back as it was written", () => {
    fc.assert(
      fc.property(polygons, (written: LandPolygon[]) => {
        expect(decodeLand(encodeLand(written, 40), 40)).toEqual(written);
      }),
    );
  });

  for (const [resolution, land] of [
    ["110m", land110m()],
    ["50m", land50m()],
  ] as const) {
    test(`at ${resolution} has only closed rings, all on the globe and none turned inside out`, () => {
      for (const coordinates of land) {
        for (const ring of coordinates) {
          expect(ring.length).toBeGreaterThanOrEqual(4);
          expect(ring.at(-1)).toEqual(ring[0]);
          expect(ring.every(([x, y]) => Math.abs(x) <= 180 && Math.abs(y) <= 90)).toBe(true);
        }
        expect(geoArea({ type: "Polygon", coordinates })).toBeLessThan(2 * Math.PI);
      }
    });

    test(`at ${resolution} is as much land as the Earth has`, () => {
      const areas = land.map((coordinates) => geoArea({ type: "Polygon", coordinates }));
      const total = areas.reduce((sum, area) => sum + area, 0) / (4 * Math.PI);
      expect(total).toBeGreaterThan(landShare - 0.02);
      expect(total).toBeLessThan(landShare + 0.02);
    });

    test(`at ${resolution} tells land from sea`, () => {
      const isLand = (place: [number, number]) =>
        land.some((coordinates) => geoContains({ type: "Polygon", coordinates }, place));
      for (const [name, place] of Object.entries(inland)) expect([name, isLand(place)]).toEqual([name, true]);
      for (const [name, place] of Object.entries(atSea)) expect([name, isLand(place)]).toEqual([name, false]);
    });
  }

  test("is finer from near than from afar", () => {
    expect(stepsPerDegree["50m"]).toBeGreaterThan(stepsPerDegree["110m"]);
    expect(land50m().flat(2).length).toBeGreaterThan(5 * land110m().flat(2).length);
  });
});

const inland: Record<string, [number, number]> = {
  Kansas: [-98, 38.5],
  "the South Pole": [0, -89],
  Chukotka: [178, 67],
  Sahara: [10, 23],
};
const atSea: Record<string, [number, number]> = {
  "the buoy off San Francisco": [-123.2, 37.5],
  "the antimeridian at the equator": [180, 0],
  "the Caspian Sea": [51, 41.5],
  "the Drake Passage": [-65, -59],
};
