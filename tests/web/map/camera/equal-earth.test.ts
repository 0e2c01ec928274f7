// The Equal Earth projection, compared with d3-geo.

import { expect, test } from "bun:test";
import { geoEqualEarthRaw } from "d3-geo";
import fc from "fast-check";
import { equalEarth, equalEarthInverse } from "../../../../web/map/camera/equal-earth.ts";

const place = fc.tuple(
  fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  fc.double({ min: -Math.PI / 2, max: Math.PI / 2, noNaN: true }),
);

test("projects every place as d3-geo does, and back", () => {
  fc.assert(
    fc.property(place, ([longitude, latitude]) => {
      const [x, y] = equalEarth(longitude, latitude);
      const [d3X, d3Y] = geoEqualEarthRaw(longitude, latitude);
      expect(x).toBeCloseTo(d3X, 12);
      expect(y).toBeCloseTo(d3Y, 12);
      const [longitudeAgain, latitudeAgain] = equalEarthInverse(x, y);
      expect(longitudeAgain).toBeCloseTo(longitude, 6);
      expect(latitudeAgain).toBeCloseTo(latitude, 6);
    }),
  );
});

test("returns a place for points beside the world, as d3-geo does", () => {
  for (const [x, y] of [
    [3, 1.5],
    [-4, -1.4],
    [0, 2],
  ] as const) {
    const [longitude, latitude] = equalEarthInverse(x, y);
    const [d3Longitude, d3Latitude] = geoEqualEarthRaw.invert?.(x, y) ?? [];
    expect(longitude).toBeCloseTo(d3Longitude ?? Number.NaN, 9);
    expect(latitude).toBeCloseTo(d3Latitude ?? Number.NaN, 9);
  }
});
