// The map's plane and camera.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import {
  cameraOf,
  largestZoom,
  pan,
  type Size,
  startView,
  toCanvas,
  toPlane,
  viewOf,
  zoomAt,
  zoomOf,
} from "../../../../web/map/camera/camera.ts";
import { planeHeight, planeWidth, project, unproject } from "../../../../web/map/camera/plane.ts";
import { decodeView, encodeView } from "../../../../web/state/view-url.ts";

setDefaultTimeout(120_000);

const laptop: Size = { width: 1280, height: 800 };
const phone: Size = { width: 390, height: 600 };

const buoys: Record<string, [number, number]> = {
  "46026, San Francisco": [-122.84, 37.75],
  "44009, Delaware Bay": [-74.7, 38.46],
  "51101, Hawaii": [-162.08, 24.36],
  "46061, Alaska": [-146.83, 60.24],
  "52202, Guam": [144.8, 13.68],
  "42060, Caribbean": [-63.35, 16.43],
};

describe("the plane of the map", () => {
  test("returns each place from its projected point", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -179, max: 179, noNaN: true }),
        fc.double({ min: -84, max: 84, noNaN: true }),
        (lon, lat) => {
          fc.pre(Math.abs(lon - 50) > 0.01);
          const back = unproject(project(lon, lat));
          expect(back.longitude).toBeCloseTo(lon, 6);
          expect(back.latitude).toBeCloseTo(lat, 6);
        },
      ),
    );
  });

  test("contains the Pacific in one piece: from Guam to California, `x` always increases", () => {
    const xs = [144, 170, 179.9, -179.9, -160, -122].map((longitude) => project(longitude, 20).x);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
  });

  test("contains the whole world", () => {
    for (const [longitude, latitude] of [
      [50.001, 0],
      [49.999, 0],
      [0, 90],
      [0, -90],
    ] as const) {
      const { x, y } = project(longitude, latitude);
      expect(x).toBeGreaterThanOrEqual(-0.01);
      expect(x).toBeLessThanOrEqual(planeWidth + 0.01);
      expect(y).toBeGreaterThanOrEqual(-0.01);
      expect(y).toBeLessThanOrEqual(planeHeight + 0.01);
    }
  });
});

describe("the view", () => {
  for (const [name, size, unseen] of [
    ["a laptop", laptop, []],
    ["a phone", phone, ["52202, Guam"]],
  ] as const) {
    test(`at first contains the network on ${name}`, () => {
      const camera = cameraOf(startView(size), size);
      const outside = Object.entries(buoys).filter(([, place]) => {
        const { x, y } = toCanvas(project(...place), camera, size);
        return x < 0 || y < 0 || x > size.width || y > size.height;
      });
      expect(outside.map(([buoy]) => buoy)).toEqual([...unseen]);
    });
  }

  test("is the same after it is set and read", () => {
    const view = { longitude: -122.5, latitude: 37.5, zoom: 9 };
    const read = viewOf(cameraOf(view, laptop), laptop);
    expect(read.longitude).toBeCloseTo(view.longitude, 6);
    expect(read.latitude).toBeCloseTo(view.latitude, 6);
    expect(read.zoom).toBeCloseTo(view.zoom, 6);
  });

  test("keeps the place under the pointer during a zoom", () => {
    const camera = cameraOf({ longitude: -110, latitude: 30, zoom: 4 }, laptop);
    const at = { x: 300, y: 550 };
    const before = toPlane(at, camera, laptop);
    const after = toPlane(at, zoomAt(camera, laptop, 2.5, at), laptop);
    expect(after.x).toBeCloseTo(before.x, 6);
    expect(after.y).toBeCloseTo(before.y, 6);
  });

  test("never leaves the world, however the user pans and zooms", () => {
    const move = fc.record({
      dx: fc.integer({ min: -5000, max: 5000 }),
      dy: fc.integer({ min: -5000, max: 5000 }),
      factor: fc.double({ min: 0.05, max: 20, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 20 }), fc.constantFrom(laptop, phone), (moves, size) => {
        let camera = cameraOf(startView(size), size);
        for (const { dx, dy, factor } of moves) {
          camera = zoomAt(pan(camera, size, dx, dy), size, factor, { x: 100, y: 100 });
          const { zoom, longitude, latitude } = viewOf(camera, size);
          expect(zoom).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(zoom).toBeLessThanOrEqual(largestZoom + 1e-9);
          expect(camera.x).toBeGreaterThanOrEqual(0);
          expect(camera.x).toBeLessThanOrEqual(planeWidth);
          expect(camera.y).toBeGreaterThanOrEqual(0);
          expect(camera.y).toBeLessThanOrEqual(planeHeight);
          expect(Number.isFinite(longitude) && Number.isFinite(latitude)).toBe(true);
        }
      }),
    );
  });

  test("stays on its side of the world after a pan beyond the edge, a resize or a link", () => {
    for (const dx of [5000, -5000]) {
      const camera = pan(cameraOf({ longitude: -130, latitude: 84, zoom: 6 }, laptop), laptop, dx, 0);
      const view = viewOf(camera, laptop);
      const link = encodeView({ mode: "network", stationId: null, preset: "harbour", map: view });
      for (const again of [view, decodeView(link).map ?? view])
        expect(cameraOf(again, phone).x < planeWidth / 2).toBe(dx > 0);
    }
  });

  test("at the min zoom shows the whole world in the middle", () => {
    const camera = zoomAt(cameraOf(startView(laptop), laptop), laptop, 0.001, { x: 0, y: 0 });
    expect(zoomOf(camera, laptop)).toBeCloseTo(1, 9);
    expect(camera.x).toBeCloseTo(planeWidth / 2, 6);
    expect(camera.y).toBeCloseTo(planeHeight / 2, 6);
  });
});
