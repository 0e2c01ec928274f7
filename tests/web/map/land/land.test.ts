// The encoded coastlines.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { geoEqualEarth } from "d3-geo";
import fc from "fast-check";
import { planeHeight, planeWidth, project } from "../../../../web/map/camera/plane.ts";
import { decodeLand, encodeLand, type LandPolygon, stepsPerUnit } from "../../../../web/map/land/land.ts";
import { land50m } from "../../../../web/map/land/land-50m.ts";
import { land110m } from "../../../../web/map/land/land-110m.ts";

setDefaultTimeout(120_000);

const landShare = 0.29;
/** Area of the world in the plane: 4π of its bounding box's area, because Equal Earth preserves areas. */
const worldArea = 4 * Math.PI * (planeWidth / (2 * 2.7066299836)) ** 2;

const point = fc.tuple(fc.integer({ min: 0, max: 16_000 }), fc.integer({ min: 0, max: 8_000 }));
const ring = fc
  .uniqueArray(point, { minLength: 3, maxLength: 30, selector: String })
  .map((points) => points.map(([x, y]): [number, number] => [x / 4, y / 4]));
const polygons = fc.array(fc.array(ring, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });

describe("the coastline as text", () => {
  test("is the same after encoding and decoding", () => {
    fc.assert(
      fc.property(polygons, (written: LandPolygon[]) => {
        expect(decodeLand(encodeLand(written, 4), 4)).toEqual(written);
      }),
    );
  });

  test("drops rings that rounding reduces to a line or a point", () => {
    const islet: LandPolygon = [
      [
        [10, 10],
        [10.01, 10],
        [10.01, 10.01],
      ],
    ];
    const island: LandPolygon = [
      [
        [10, 10],
        [20, 10],
        [20, 20],
      ],
      [
        [12, 12],
        [12.02, 12],
        [12, 12.02],
      ],
    ];
    expect(decodeLand(encodeLand([islet, island], 1), 1)).toEqual([
      [
        [
          [10, 10],
          [20, 10],
          [20, 20],
        ],
      ],
    ]);
  });

  for (const [resolution, land] of [
    ["110m", land110m()],
    ["50m", land50m()],
  ] as const) {
    test(`at ${resolution} is within the map's plane, in rings of at least three points`, () => {
      for (const ring of land.flat()) {
        expect(ring.length).toBeGreaterThanOrEqual(3);
        const rim = 1 / stepsPerUnit[resolution];
        expect(ring.every(([x, y]) => x >= -rim && x <= planeWidth + rim && y >= -rim && y <= planeHeight + rim)).toBe(
          true,
        );
      }
    });

    test(`at ${resolution} has as much land as the Earth`, () => {
      const total = land.flat().reduce((sum, ring) => sum + areaOf(ring), 0);
      expect(Math.abs(total) / worldArea).toBeGreaterThan(landShare - 0.02);
      expect(Math.abs(total) / worldArea).toBeLessThan(landShare + 0.02);
    });

    test(`at ${resolution} separates land from sea and from the Great Lakes`, () => {
      for (const [name, place] of Object.entries(inland)) expect([name, isLand(land, place)]).toEqual([name, true]);
      for (const [name, place] of Object.entries(atSea)) expect([name, isLand(land, place)]).toEqual([name, false]);
    });
  }

  test("is more detailed at the higher resolution", () => {
    expect(stepsPerUnit["50m"]).toBeGreaterThan(stepsPerUnit["110m"]);
    expect(land50m().flat(2).length).toBeGreaterThan(5 * land110m().flat(2).length);
  });

  test("matches the projection of stations: both follow d3-geo's Equal Earth", () => {
    const projection = geoEqualEarth().rotate([130, 0]).fitWidth(planeWidth, { type: "Sphere" });
    for (const place of [...Object.values(inland), ...Object.values(atSea)]) {
      const { x, y } = project(...place);
      const [x3, y3] = projection(place) ?? [];
      expect(x).toBeCloseTo(x3 ?? Number.NaN, 3);
      expect(y).toBeCloseTo(y3 ?? Number.NaN, 3);
    }
  });
});

/** Returns the signed area: a lake's is opposite to its land's. */
function areaOf(ring: LandPolygon[number]): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length] ?? [x, y];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}

/** Returns whether a line from the place to the left crosses coasts an odd number of times. */
function isLand(land: LandPolygon[], [longitude, latitude]: [number, number]): boolean {
  const at = project(longitude, latitude);
  let crossings = 0;
  for (const ring of land.flat()) {
    for (const [i, [x, y]] of ring.entries()) {
      const [nextX, nextY] = ring[(i + 1) % ring.length] ?? [x, y];
      if (y > at.y === nextY > at.y) continue;
      if (x + ((at.y - y) / (nextY - y)) * (nextX - x) < at.x) crossings++;
    }
  }
  return crossings % 2 === 1;
}

const inland: Record<string, [number, number]> = {
  Kansas: [-98, 38.5],
  "the South Pole": [0, -89],
  Chukotka: [178, 67],
  Sahara: [10, 23],
};
const atSea: Record<string, [number, number]> = {
  "the buoy off San Francisco": [-123.2, 37.5],
  "the antimeridian at the equator": [180, 0.5],
  "the Caspian Sea": [51, 41.5],
  "the Drake Passage": [-65, -59],
  "the buoy on Lake Superior": [-87.8, 48.06],
  "the buoy on Lake Michigan": [-87, 42.7],
  "the buoy on Lake Huron": [-82.8, 45.2],
  "the buoy on Lake Erie": [-81.2, 41.9],
  "the buoy on Lake Ontario": [-77.4, 43.6],
};
