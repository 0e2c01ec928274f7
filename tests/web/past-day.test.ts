import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { medianMeasurements } from "../../shared/measurements.ts";
import { loadPastDay } from "../../web/past-day.ts";

/** What is asked of the server, and whether a region can be had. */
const asked: string[] = [];
let online = true;
const nativeFetch = globalThis.fetch;
globalThis.fetch = Object.assign(
  async (input: string | URL | Request) => {
    const { pathname, search } = new URL(String(input));
    asked.push(pathname + search);
    // What a service worker answers in the server's place was asked for before: never a new region.
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

const { signal } = new AbortController();
const noonMs = Date.parse("2026-05-06T12:00:00Z");
const region = { bbox: [170, 10, -120, 60] } as const;

describe("A past day", () => {
  test("of a region is 144 frames of the medians within it", async () => {
    const { of, frames } = await loadPastDay("http://sea.test", region, noonMs, signal);
    expect(asked).toEqual(["/v1/medians?bbox=170,10,-120,60"]);
    expect(of).toEqual(region);
    expect(frames).toHaveLength(144);
    expect(frames.at(-1)?.atMs).toBe(149 * 600_000);
  });

  test("of a region that was never kept is that of the whole network, without a network, and says so", async () => {
    online = false;
    const { of, frames } = await loadPastDay("http://sea.test", region, noonMs, signal);
    expect(of).toEqual({ bbox: null });
    expect(frames).toHaveLength(144);
    await expect(loadPastDay("http://sea.test", { stationId: "44009" }, noonMs, signal)).rejects.toThrow(TypeError);
  });

  test("of a station reaches back three hours more, for what stood at its beginning", async () => {
    const { frames } = await loadPastDay("http://sea.test", { stationId: "44009" }, noonMs, signal);
    const since = new URL(asked[0] ?? "", "http://sea.test").searchParams.get("since") ?? "";
    expect(new Date(since)).toEqual(new Date("2026-05-05T09:00:00Z"));
    expect(frames).toHaveLength(144);
  });
});
