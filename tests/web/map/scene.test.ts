// The map's scene.

import { expect, test } from "bun:test";
import { createScene } from "../../../web/map/scene.ts";

test("draws northern stations first, and redraws only after a visible change", () => {
  let changes = 0;
  const scene = createScene(() => changes++);
  scene.setStations([
    { stationId: "44009", longitude: -74.7, latitude: 38.5 },
    { stationId: "46001", longitude: -148, latitude: 56.2 },
  ]);
  expect(scene.stations.map(({ stationId }) => stationId)).toEqual(["46001", "44009"]);
  scene.select("44009");
  scene.select("44009");
  scene.hover(null);
  expect([changes, scene.selected]).toEqual([2, "44009"]);
});

test("finds the station near a point of the plane within reach, and the next in a direction", () => {
  const scene = createScene(() => {});
  scene.setStations([
    { stationId: "44009", longitude: -74.7, latitude: 38.5 },
    { stationId: "46001", longitude: -148, latitude: 56.2 },
  ]);
  const place = scene.find("44009") ?? { x: 0, y: 0 };
  expect(scene.nearestTo({ x: place.x + 1, y: place.y }, 2)).toBe("44009");
  expect(scene.nearestTo({ x: place.x + 3, y: place.y }, 2)).toBeNull();
  expect(scene.nextTo("44009", "left")).toBe("46001");
});
