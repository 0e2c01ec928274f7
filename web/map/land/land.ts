// Compact text encoding of coastlines.

/**
 * Rings of points of the plane: the coast, then its lakes. Rings are implicitly closed: the first point is not
 * repeated.
 */
export type LandPolygon = [x: number, y: number][][];

/** Steps per unit of the plane: about a pixel at the max zoom of each resolution. */
export const stepsPerUnit = { "110m": 0.35, "50m": 3.5 } as const;

const firstCharacter = 35;
const digit = 32;
const ringEnd = " ";
const polygonEnd = "!";

/**
 * Encodes polygons as text: steps from point to point in base 32 digits starting at `#`, like Google's encoded
 * polylines. Drops rings that rounding reduces to a line or a point.
 * @param steps per unit of the plane
 */
export function encodeLand(polygons: LandPolygon[], steps: number): string {
  return polygons
    .map((rings) => rings.map((ring) => encodeRing(ring, steps)).filter((text) => text !== ""))
    .filter((rings) => rings.length > 0)
    .map((rings) => rings.join(ringEnd))
    .join(polygonEnd);
}

function encodeRing(ring: LandPolygon[number], steps: number): string {
  const rounded = ring.map(([x, y]): [number, number] => [Math.round(x * steps), Math.round(y * steps)]);
  const turns = rounded.filter(([x, y], index) => {
    const [lastX, lastY] = rounded.at(index - 1) ?? [];
    return x !== lastX || y !== lastY;
  });
  if (turns.length < 3) return "";
  let text = "";
  let last: [number, number] = [0, 0];
  for (const here of turns) {
    text += encodeNumber(here[0] - last[0]) + encodeNumber(here[1] - last[1]);
    last = here;
  }
  return text;
}

function encodeNumber(value: number): string {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = "";
  for (; rest >= digit; rest = Math.floor(rest / digit)) {
    text += String.fromCharCode(firstCharacter + digit + (rest % digit));
  }
  return text + String.fromCharCode(firstCharacter + rest);
}

/** Decodes the output of {@link encodeLand}. @param steps per unit, as in the encoding */
export function decodeLand(text: string, steps: number): LandPolygon[] {
  return text.split(polygonEnd).map((rings) => rings.split(ringEnd).map((ring) => decodeRing(ring, steps)));
}

function decodeRing(text: string, steps: number): LandPolygon[number] {
  const ring: LandPolygon[number] = [];
  const at = [0, 0] as [number, number];
  let axis = 0;
  let value = 0;
  let place = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) - firstCharacter;
    value += (code % digit) * place;
    place *= digit;
    if (code >= digit) continue;
    at[axis as 0 | 1] += value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    if (axis === 1) ring.push([at[0] / steps, at[1] / steps]);
    axis = 1 - axis;
    value = 0;
    place = 1;
  }
  return ring;
}
