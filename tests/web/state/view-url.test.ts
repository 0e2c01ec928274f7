// The view in the URL.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { presets } from "../../../web/sound/preset.ts";
import { decodeView, encodeView, firstView, modes } from "../../../web/state/view-url.ts";

describe("A link to a view", () => {
  test("contains mode, station, preset and map", () => {
    const map = { latitude: 37.8, longitude: -122.8, zoom: 6 };
    const view = { mode: "tune", stationId: "46026", preset: "calm", map } as const;
    expect(encodeView(view)).toBe("#tune/46026/calm/@37.8,-122.8,6z");
    expect(decodeView("#tune/46026/calm/@37.8,-122.8,6z")).toEqual(view);
  });

  test("leads to the same view again", () => {
    const degrees = (most: number) => fc.integer({ min: -most * 100, max: most * 100 }).map((value) => value / 100);
    const map = fc.record({
      latitude: degrees(90),
      longitude: degrees(180),
      zoom: fc.integer({ min: 100, max: 6400 }).map((value) => value / 100),
    });
    const view = fc.record({
      mode: fc.constantFrom(...modes),
      stationId: fc.stringMatching(/^[A-Z0-9]{4,10}$/),
      preset: fc.constantFrom(...presets),
      map: fc.option(map),
    });
    fc.assert(fc.property(view, (shared) => expect(decodeView(encodeView(shared))).toEqual(shared)));
  });

  test("omits default values and trailing zeros", () => {
    expect(encodeView(firstView)).toBe("#network");
    const map = { latitude: -0.001, longitude: -160.1, zoom: 2 };
    expect(encodeView({ ...firstView, map })).toBe("#network/@0,-160.1,2z");
  });

  test("works with its parts in any order, and ignores invalid parts", () => {
    const map = { latitude: -90, longitude: 180, zoom: 1 };
    expect(decodeView("#@-90,180,1z/calm/loud/46026/24h")).toEqual({
      mode: "24h",
      stationId: "46026",
      preset: "calm",
      map,
    });
    expect(decodeView("#tune/46026/@37.8,-181,6z")).toEqual({ ...firstView, mode: "tune", stationId: "46026" });
  });

  test("always leads to a view, whatever its text, and that view has its own link", () => {
    const part = fc.oneof(fc.string(), fc.constantFrom(...modes, ...presets, "46026", "@1,2,3z", "@-0,-0.001,1.999z"));
    const hash = fc.array(part).map((parts) => `#${parts.join("/")}`);
    fc.assert(
      fc.property(hash, (typed) => {
        const link = encodeView(decodeView(typed));
        expect(encodeView(decodeView(link))).toBe(link);
      }),
    );
  });

  test.each(["", "#", "#nonsense", "#%00/<b>/..", "#network/@91,0,1z", "#@1,2,0z", "#tune"])(
    "with invalid text (%s) leads to the first view",
    (hash) => {
      expect(decodeView(hash)).toEqual(firstView);
    },
  );
});
