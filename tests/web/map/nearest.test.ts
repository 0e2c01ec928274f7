// The nearest station to a point, and the next one in a direction.

import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { type Direction, nearestInDirection, nearestTo } from "../../../web/map/nearest.ts";

setDefaultTimeout(120_000);

const points = new Map(
  Object.entries({
    here: { x: 100, y: 100 },
    north: { x: 104, y: 60 },
    farNorth: { x: 100, y: 20 },
    south: { x: 95, y: 150 },
    east: { x: 160, y: 110 },
    aside: { x: 130, y: 128 },
    west: { x: 40, y: 100 },
  }),
);

for (const [direction, expected] of [
  ["up", "north"],
  ["down", "south"],
  ["right", "east"],
  ["left", "west"],
] as const) {
  test(`the next station ${direction} is the one most directly ahead`, () => {
    expect(nearestInDirection(points, "here", direction)).toBe(expected);
  });
}

test("there is no next station beyond the last", () => {
  expect(nearestInDirection(points, "farNorth", "up")).toBeNull();
  expect(nearestInDirection(points, "unknown", "up")).toBeNull();
});

test("a click selects the nearest station within its reach", () => {
  expect(nearestTo(points, { x: 96, y: 97 }, 22)).toBe("here");
  expect(nearestTo(points, { x: 70, y: 60 }, 22)).toBeNull();
});

test("from any station, some key leads to another", () => {
  const coordinate = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(fc.record({ x: coordinate, y: coordinate }), fc.record({ x: coordinate, y: coordinate }), (a, b) => {
      fc.pre(a.x !== b.x || a.y !== b.y);
      const two = new Map([
        ["a", a],
        ["b", b],
      ]);
      const directions: Direction[] = ["up", "down", "left", "right"];
      expect(directions.some((direction) => nearestInDirection(two, "a", direction) === "b")).toBe(true);
    }),
  );
});
