// Requests to the server, and the checks of its answers.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import fc from "fast-check";
import { parseObservation } from "../../../shared/client/answers.ts";
import { loadConditions, loadHistory, loadMedians, loadStations, loadStatus } from "../../../shared/client/api.ts";
import { RefusedError, UnreachableError } from "../../../shared/client/errors.ts";
import { coreMeasurements, extraMeasurements } from "../../../shared/measurements.ts";
import { observationMessageSchema } from "../../../shared/observation.ts";

setDefaultTimeout(120_000);

const warnings = spyOn(console, "warn").mockImplementation(() => {});
let answer: (request: Request) => Response = () => new Response(null, { status: 404 });
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => answer(request) });
const url = `http://127.0.0.1:${server.port}`;
const { signal } = new AbortController();

beforeEach(() => void warnings.mockClear());
afterAll(async () => {
  warnings.mockRestore();
  await server.stop(true);
});

const line = {
  stationId: "44009",
  timestamp: "2025-11-15T12:00:00.000Z",
  waveHeightM: 1.2,
  windSpeedMps: 5.1,
  windDirDeg: 180,
  waterTempC: null,
  pressureHpa: 1012.8,
};

describe("The page reads an observation like the contract's schema:", () => {
  const isTaken = (text: string) => parseObservation(text) !== null;
  const fits = (text: string) => {
    try {
      return observationMessageSchema.safeParse(JSON.parse(text)).success;
    } catch {
      return false;
    }
  };

  const values = fc.oneof(
    fc.double(),
    fc.constantFrom<unknown>(null, 0, -0, "1.2", true, "", [], {}, "44009", "51wh0", "440", "12345678901", "44009\n"),
    fc.constantFrom("0", "7", "012", "-1", "999999999999999999", "1000000000000000000", "1.5", "7\n"),
  );
  const times = fc.oneof(
    { weight: 3, arbitrary: fc.constant("2025-11-15T12:00:00.000Z") },
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc
      .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }))
      .map(
        ([year, month, day]) =>
          `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T12:00:00.000Z`,
      ),
    fc.constantFrom(
      "2024-02-29T00:00:00.000Z",
      "2025-02-29T00:00:00.000Z",
      "1900-02-29T00:00:00.000Z",
      "2025-11-15T24:00:00.000Z",
      "2025-11-15T23:59:60.000Z",
      "2025-11-15T12:00:00Z",
      "2025-11-15T12:00:00.500Z",
      "2025-11-15T12:00:00.000+00:00",
      "2025-11-15 12:00:00.000Z",
      "+012025-11-15T12:00:00.000Z",
      " 2025-11-15T12:00:00.000Z",
    ),
  );
  const changes = fc.dictionary(
    fc.constantFrom("stationId", ...coreMeasurements, ...extraMeasurements, "eventId", "salinityPsu"),
    values,
    { maxKeys: 3 },
  );
  const messages = fc
    .record({
      changes,
      timestamp: times,
      without: fc.constantFrom(...Object.keys(line), "nothing", "nothing", "nothing"),
    })
    .map(({ changes, timestamp, without }) => {
      const message: Record<string, unknown> = { ...line, timestamp, ...changes };
      delete message[without];
      return JSON.stringify(message);
    });

  test("it accepts and rejects the same messages", () => {
    let taken = 0;
    const check = (text: string) => {
      expect(isTaken(text)).toBe(fits(text));
      if (fits(text)) taken++;
    };
    fc.assert(fc.property(messages, check), { numRuns: 3_000 });
    fc.assert(fc.property(fc.json(), check), { numRuns: 300 });
    // Neither side may pass by rejecting everything.
    expect(taken).toBeGreaterThan(100);
  });

  test.each(["null", "[]", "7", "", "{", '{"stationId":"44009"}', JSON.stringify(line).replace("1.2", "1e999")])(
    "it ignores %s with a console warning",
    (text) => {
      expect(isTaken(text)).toBe(false);
      expect(fits(text)).toBe(false);
      expect(warnings).toHaveBeenCalledTimes(1);
    },
  );

  test("it keeps unknown fields", () => {
    expect(parseObservation(JSON.stringify({ ...line, salinityPsu: 35 }))).toEqual({ ...line, salinityPsu: 35 });
  });
});

describe("The page loads", () => {
  const at = "2026-05-06T11:50:00.000Z";
  const atMs = Date.parse(at);
  let asked = "";

  function serve(body: unknown, headers: Record<string, string> = {}): void {
    answer = (request) => {
      asked = request.url.slice(url.length);
      return Response.json(body, { headers });
    };
  }

  test("all stations' latest values of the last day, without fields that were not measured", async () => {
    const conditions = [{ stationId: "46026", waveHeightM: { value: 0, at }, windSpeedMps: null }];
    serve({ lastEventId: "7", conditions });
    expect(await loadConditions(url, "", signal)).toEqual({
      lastEventId: "7",
      conditions: [{ stationId: "46026", fields: { waveHeightM: { value: 0, atMs } } }],
      cachedAtMs: null,
      sentAtMs: expect.any(Number) as number,
    });
    expect(asked).toBe("/v1/conditions?within=24h");
  });

  test("a cached answer of the service worker, with its time", async () => {
    serve({ lastEventId: "7", conditions: [] }, { "X-Bellbuoy-From-Cache": at });
    expect((await loadConditions(url, "", signal)).cachedAtMs).toBe(atMs);
  });

  test("all entries except one that does not match, which it logs", async () => {
    const wrong = { stationId: "46026", waveHeightM: { value: "2", at } };
    serve({ lastEventId: "7", conditions: [wrong, null, { stationId: "44009" }] });
    expect((await loadConditions(url, "", signal)).conditions).toEqual([{ stationId: "44009", fields: {} }]);
    expect(warnings.mock.calls.map(([, value]) => value)).toEqual([wrong, null]);
  });

  test("the stations", async () => {
    const station = {
      stationId: "44009",
      name: "DELAWARE BAY",
      owner: "NDBC",
      program: null,
      type: "buoy",
      latitude: 38.46,
      longitude: -74.69,
      elevationM: null,
    };
    serve({ stations: [station, { ...station, latitude: "38.46" }] });
    expect(await loadStations(url, signal)).toEqual([station]);
  });

  test("a station's history", async () => {
    serve({ stationId: "44009", observations: [line, { ...line, waveHeightM: undefined }] });
    expect(await loadHistory(url, "44009", atMs, signal)).toEqual([line]);
    expect(asked).toBe("/v1/observations/by-station/44009?since=2026-05-06T11%3A50%3A00.000Z&limit=1000");
  });

  test("the past day of a region", async () => {
    const fields = {
      waveHeightM: 1.2,
      dominantPeriodS: null,
      windSpeedMps: 5,
      gustMps: 7,
      windDirDeg: 180,
      waterTempC: 12,
      pressureHpa: 1012,
    };
    serve({ stepMinutes: 10, medians: [{ at, stations: 412, ...fields }] });
    expect(await loadMedians(url, { bbox: [170, -10, -120, 60] }, signal)).toEqual([
      { atMs, stations: 412, ...fields },
    ]);
    expect(asked).toBe("/v1/medians?bbox=170,-10,-120,60");
    await loadMedians(url, { bbox: null }, signal);
    expect(asked).toBe("/v1/medians");
  });

  test("the status", async () => {
    const status = {
      version: "0.1.0",
      lastPoll: null,
      pollSeconds: 300,
      lastPollBegun: null,
      pollsStopped: false,
      outage: { code: "ndbc_silent" as const, since: "2026-11-28T09:35:00.000Z" },
      ndbcLastModified: null,
      stationsReporting: 3,
      simulated: true,
      lastEventId: "12",
    };
    serve(status);
    expect(await loadStatus(url, signal)).toEqual({
      ...status,
      cachedAtMs: null,
      sentAtMs: expect.any(Number) as number,
    });
    // An older server sends neither the polling interval nor outages.
    const { pollSeconds: _, outage: __, ...older } = status;
    serve(older);
    expect(await loadStatus(url, signal)).toEqual({
      ...older,
      pollSeconds: null,
      outage: null,
      cachedAtMs: null,
      sentAtMs: expect.any(Number) as number,
    });
  });

  test.each(["null", "[]", "{}", '{"lastEventId":7,"conditions":[]}', '{"lastEventId":"7"}', "<html>"])(
    "nothing from a server other than bellbuoy: %s",
    async (body) => {
      answer = () => new Response(body);
      await expect(loadConditions(url, "", signal)).rejects.toThrow("this address is not a bellbuoy server");
    },
  );

  test("the server's reason for a refusal, and its retry time", async () => {
    answer = () =>
      Response.json(
        { title: "Not available now", detail: "the database does not answer" },
        {
          status: 503,
          headers: { "Retry-After": "5" },
        },
      );
    const refusal = await loadStatus(url, signal).catch((error) => error);
    expect(refusal).toBeInstanceOf(RefusedError);
    expect(refusal).toMatchObject({ code: "refused", message: "the database does not answer", retryAfterMs: 5_000 });
  });

  test.each([
    ["3600", 3_600_000],
    ["Wed, 06 May 2026 12:01:00 GMT", 60_000],
    ["Wed, 06 May 2026 11:00:00 GMT", -3_600_000],
    ["soon", null],
  ])("a retry time of %s, a date against the time of the same answer", async (header, retryAfterMs) => {
    const headers = { "Retry-After": header, Date: "Wed, 06 May 2026 12:00:00 GMT" };
    answer = () => new Response("<h1>Back soon</h1>", { status: 503, headers });
    await expect(loadStatus(url, signal)).rejects.toMatchObject({
      code: "status",
      message: "status 503",
      retryAfterMs,
    });
  });

  test("the server's time, unless the answer is from the cache", async () => {
    serve({ lastEventId: "7", conditions: [] }, { Date: "Wed, 06 May 2026 12:00:00 GMT" });
    expect((await loadConditions(url, "", signal)).sentAtMs).toBe(Date.UTC(2026, 4, 6, 12));
    serve({ lastEventId: "7", conditions: [] }, { Date: "Wed, 06 May 2026 12:00:00 GMT", "X-Bellbuoy-From-Cache": at });
    expect((await loadConditions(url, "", signal)).sentAtMs).toBeNull();
  });

  test("nothing from an interrupted answer, without reporting it as another server", async () => {
    const begun = new Blob(['{"lastEventId":"7",']).stream();
    answer = () => new Response(begun.pipeThrough(new TransformStream(), { preventClose: true }));
    await expect(loadStatus(url, AbortSignal.timeout(100))).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test.each([502, 504])("a proxy's %d as an unreachable server, not as a refusal", async (status) => {
    answer = () => new Response("Bad Gateway", { status });
    await expect(loadStatus(url, signal)).rejects.toThrow(UnreachableError);
  });
});
