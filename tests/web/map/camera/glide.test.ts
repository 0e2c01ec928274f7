// Smooth moves of the camera.

import { expect, test } from "bun:test";
import { between } from "../../../../web/map/camera/glide.ts";

test("a glide starts at the camera and ends at its goal, also while it zooms", () => {
  const start = { x: 100, y: 50, pixelsPerUnit: 1 };
  for (const goal of [
    { x: 300, y: 20, pixelsPerUnit: 1 },
    { x: 300, y: 20, pixelsPerUnit: 8 },
  ]) {
    expect(between(start, goal, 0)).toEqual(start);
    const end = between(start, goal, 1);
    expect(end.x).toBeCloseTo(goal.x, 9);
    expect(end.y).toBeCloseTo(goal.y, 9);
    expect(end.pixelsPerUnit).toBeCloseTo(goal.pixelsPerUnit, 9);
  }
});

test("a glide that zooms in travels while the scale is still small", () => {
  const start = { x: 0, y: 0, pixelsPerUnit: 1 };
  const near = between(start, { x: 100, y: 0, pixelsPerUnit: 16 }, 0.3);
  const level = between(start, { x: 100, y: 0, pixelsPerUnit: 1 }, 0.3);
  expect(near.x).toBeGreaterThan(level.x);
});

test("a scale that differs by a rounding error does not stop the glide on its way", () => {
  const start = { x: 0, y: 0, pixelsPerUnit: 1 };
  for (const pixelsPerUnit of [1 + 2 ** -52, 1 - 2 ** -53, 1 + 1e-12, 1 - 1e-9]) {
    const steps = [0.2, 0.4, 0.6, 0.8].map((progress) => between(start, { x: 100, y: 0, pixelsPerUnit }, progress).x);
    for (const [index, x] of steps.entries()) expect(x).toBeGreaterThan((steps[index - 1] ?? 0) + 1);
  }
});
