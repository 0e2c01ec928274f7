// Finds nearby stations.

import type { PlanePoint } from "./camera/plane.ts";

/** A direction on the screen. */
export type Direction = "up" | "down" | "left" | "right";

/** Unit steps in screen coordinates: y grows downwards. */
const steps: Record<Direction, PlanePoint> = {
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
};

/** Weight of the sideways distance against the distance ahead. */
const aside = 2;

/** Finds the station nearest to a point. @returns `null` if none is within `reach` */
export function nearestTo(points: ReadonlyMap<string, PlanePoint>, from: PlanePoint, reach = Infinity): string | null {
  return best(points, (point) => {
    const distance = Math.hypot(point.x - from.x, point.y - from.y);
    return distance <= reach ? distance : null;
  });
}

/**
 * Finds the next station in a direction, within 45° of it. Prefers stations straight ahead, so that four keys can reach
 * every station.
 */
export function nearestInDirection(
  points: ReadonlyMap<string, PlanePoint>,
  from: string,
  direction: Direction,
): string | null {
  const start = points.get(from);
  if (!start) return null;
  const step = steps[direction];
  return best(points, (point, stationId) => {
    const ahead = (point.x - start.x) * step.x + (point.y - start.y) * step.y;
    const across = Math.abs((point.x - start.x) * step.y - (point.y - start.y) * step.x);
    return stationId !== from && ahead > 0 && across <= ahead ? ahead + aside * across : null;
  });
}

function best(
  points: ReadonlyMap<string, PlanePoint>,
  cost: (point: PlanePoint, stationId: string) => number | null,
): string | null {
  let found: string | null = null;
  let least = Infinity;
  for (const [stationId, point] of points) {
    const price = cost(point, stationId);
    if (price === null || price >= least) continue;
    found = stationId;
    least = price;
  }
  return found;
}
