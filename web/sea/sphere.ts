// Points on the Earth as unit vectors.

/** A unit vector from the Earth's centre. */
export type Vector = readonly [x: number, y: number, z: number];

const radians = Math.PI / 180;

/** Returns the unit vector of a point, in degrees east and north. */
export function vectorOf(longitude: number, latitude: number): Vector {
  const along = Math.cos(latitude * radians);
  return [along * Math.cos(longitude * radians), along * Math.sin(longitude * radians), Math.sin(latitude * radians)];
}

/** Returns the cosine of the angle between two points: 1 at the same one, -1 on opposite sides of the Earth. */
export function nearness(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}
