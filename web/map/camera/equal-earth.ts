// The Equal Earth projection (Šavrič, Patterson and Jenny, 2018) of a sphere with radius 1, in radians. d3-geo's version
// adds 4 kB of other projections (gzip); a test compares both.

const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
const m = Math.sqrt(3) / 2;
const closeEnough = 1e-12;
const maxSteps = 12;

/** Projects a place to the plane, `y` upwards. @param longitude from the central meridian */
export function equalEarth(longitude: number, latitude: number): [x: number, y: number] {
  const theta = Math.asin(m * Math.sin(latitude));
  return [(longitude * Math.cos(theta)) / (m * slope(theta)), height(theta)];
}

/** Returns the place at a point, by Newton's method. */
export function equalEarthInverse(x: number, y: number): [longitude: number, latitude: number] {
  let theta = y;
  for (let step = 0; step < maxSteps; step++) {
    const delta = (height(theta) - y) / slope(theta);
    theta -= delta;
    if (Math.abs(delta) < closeEnough) break;
  }
  const sine = Math.min(Math.max(Math.sin(theta) / m, -1), 1);
  return [(m * x * slope(theta)) / Math.cos(theta), Math.asin(sine)];
}

function height(theta: number): number {
  const t2 = theta * theta;
  return theta * (a1 + a2 * t2 + t2 * t2 * t2 * (a3 + a4 * t2));
}

/** Returns the derivative of {@link height}. */
function slope(theta: number): number {
  const t2 = theta * theta;
  return a1 + 3 * a2 * t2 + t2 * t2 * t2 * (7 * a3 + 9 * a4 * t2);
}
