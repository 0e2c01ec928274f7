// The bounding box of places.

import { describe, expect, test } from "bun:test";
import { boxAround } from "../../../web/sea/region.ts";

const at = (longitude: number, latitude: number) => ({ longitude, latitude });

describe("The box around places", () => {
  test("contains all of them, in whole degrees", () => {
    expect(boxAround([at(-122.8, 37.8), at(-70.2, 41.1), at(-80, 25.5)])).toEqual([-123, 25, -70, 42]);
  });

  test("crosses the date line if that is shorter", () => {
    expect(boxAround([at(178.5, 52.1), at(-170.4, 56), at(-160.2, 54)])).toEqual([178, 52, -160, 56]);
  });

  test("is the smallest, even for places all around the world", () => {
    expect(boxAround([at(-175, 0), at(-90, 0), at(10, 0), at(90, 0), at(175, 0)])).toEqual([10, 0, -90, 0]);
  });

  test("is one degree wide for one place, and null for none", () => {
    expect(boxAround([at(-122.8, 37.8)])).toEqual([-123, 37, -122, 38]);
    expect(boxAround([])).toBeNull();
  });
});
