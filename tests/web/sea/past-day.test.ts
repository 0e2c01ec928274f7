// Loads of a past day.

import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { UnreachableError } from "../../../shared/client/errors.ts";
import { medianMeasurements } from "../../../shared/measurements.ts";
import { loadPastDay } from "../../../web/sea/past-day.ts";

/** Requests to the server, and whether a region is available. */
const asked: string[] = [];
let online = true;
const nativeFetch = globalThis.fetch;
globalThis.fetch = Object.assign(
  async (input: string | URL | Request) => {
    const { pathname, search } = new URL(String(input));
    asked.push(pathname + search);
    // The service worker answers only requests made before: never a new region.
    if (!online && search !== "") throw new TypeError("fetch failed");
    return Response.json(pathname === "/v1/medians" ? { medians } : { observations: [] });
  },
  { preconnect: nativeFetch.preconnect },
);
const medians = Array.from({ length: 150 }, (_, index) => ({
  at: new Date(index * 600_000).toISOString(),
  stations: 1,
  ...Object.fromEntries(medianMeasurements.map((name) => [name, 1])),
}));

beforeEach(() => {
  asked.length = 0;
  online = true;
});
afterAll(() => {
  globalThis.fetch = nativeFetch;
});

const now = Date.parse("2026-05-06T12:00:00Z");
const { signal } = new AbortController();
const region = { bbox: [170, 10, -120, 60] } as const;

describe("A past day", () => {
  test("of a region has 144 frames of its medians", async () => {
    const { of, frames } = await loadPastDay("http://sea.test", region, now, signal);
    expect(asked).toEqual(["/v1/medians?bbox=170,10,-120,60"]);
    expect(of).toEqual(region);
    expect(frames).toHaveLength(144);
    expect(frames.at(-1)?.atMs).toBe(149 * 600_000);
  });

  test("of an uncached region is that of the whole network while offline, and says so", async () => {
    online = false;
    const { of, frames } = await loadPastDay("http://sea.test", region, now, signal);
    expect(of).toEqual({ bbox: null });
    expect(frames).toHaveLength(144);
    await expect(loadPastDay("http://sea.test", { stationId: "44009" }, now, signal)).rejects.toThrow(UnreachableError);
  });

  test("of a station loads three more hours, for values still valid at its start", async () => {
    const { frames } = await loadPastDay("http://sea.test", { stationId: "44009" }, now, signal);
    const since = new URL(asked[0] ?? "", "http://sea.test").searchParams.get("since") ?? "";
    expect(new Date(since)).toEqual(new Date("2026-05-05T09:00:00Z"));
    expect(frames).toHaveLength(144);
  });
});
