// Tests of the API's parameters: any text for any parameter.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { restEndpoints } from "../../../services/server/api/rest.ts";
import { streamEndpoint } from "../../../services/server/api/stream.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
// Each request has another client address, so that the rate limit does not interfere.
const server = await stack.start("server", { TRUST_PROXY: "1" });
while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(10);

beforeAll(() => storeHistory(stack.sql, [observed("44009", "2026-05-06T11:50Z", { waveHeightM: 1.2 })], unguardedIds));
afterAll(stack.stop);

type Answer = { status: number; type: string; problem: { status?: number; parameter?: string; detail?: string } };

let asked = 0;

async function ask(address: string): Promise<Answer> {
  asked += 1;
  const gone = new AbortController();
  const response = await fetch(server.url + address, {
    headers: { "X-Forwarded-For": `10.${asked >> 16}.${(asked >> 8) & 255}.${asked & 255}` },
    signal: gone.signal,
  });
  const type = response.headers.get("Content-Type") ?? "";
  const problem = type === "application/problem+json" ? ((await response.json()) as Answer["problem"]) : {};
  gone.abort();
  return { status: response.status, type, problem };
}

/** Returns the URL of an endpoint with the given path parameter and query. */
function addressOf(path: string, pathParameter: string, query: string): string {
  return path.replace(/:\w+/, pathParameter) + (query === "" ? "" : `?${query}`);
}

const endpoints = [streamEndpoint, ...restEndpoints];
const places = endpoints.flatMap(({ path, queryParameters, pathParameters }) => [
  ...Object.keys(queryParameters.shape).map((name) => ({ path, name, isInPath: false })),
  ...Object.keys(pathParameters.shape).map((name) => ({ path, name, isInPath: true })),
]);

const likely = fc.constantFrom(
  ...[
    "44009",
    "44009,46026",
    "-130,30,-110,50",
    "2026-05-06T00:00:00Z",
    "10m",
    "3h",
    "json",
    "csv",
    "geojson",
    "ndjson",
  ],
  ...[
    "",
    " ",
    ",",
    "-1",
    "0",
    "1",
    "1e3",
    "0x10",
    "10001",
    "9".repeat(30),
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    "undefined",
  ],
  ...[
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30T00:00:00Z",
    "2026-05-06",
    "+275760-09-13T00:00:00Z",
  ],
  ...["1,2,3,4,5", "0,90,0,-90", "181,0,0,0", "0m", "9999h", "1.5h", "3H", "44ß9", "KGUı", "٣٣٣٣", "４４００９"],
  ...["\0", "44009\0", "\ud800", "'; drop table observations; --", "$1", "__proto__", "constructor", "x".repeat(2_000)],
);
const value = fc.oneof(
  likely,
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.integer().map(String),
  fc.double().map(String),
);

describe("any text for a parameter", () => {
  test.each(places.map(({ path, name, isInPath }) => [name, path, isInPath] as const))(
    "%s of %s is accepted, or rejected by a problem document that names it",
    async (name, path, isInPath) => {
      await fc.assert(
        fc.asyncProperty(value, async (text) => {
          const encoded = encodeURIComponent(text.toWellFormed());
          // An empty path segment, or one of dots, makes another path.
          if (isInPath) fc.pre(!/^\.{0,2}$/.test(text));
          const address = isInPath ? addressOf(path, encoded, "") : addressOf(path, "44009", `${name}=${encoded}`);
          const { status, type, problem } = await ask(address);
          if (status === 200) return;
          expect(type).toBe("application/problem+json");
          expect(problem.status).toBe(status);
          if (isInPath && status === 404) return;
          // A time may be valid by itself, but too far from the other end of its span.
          const named = path === "/v1/medians" && ["until", "step"].includes(name) ? ["since", "step", name] : [name];
          expect(status).toBe(400);
          expect(named).toContain(problem.parameter ?? "");
          expect(problem.detail).toStartWith(`${problem.parameter}: `);
        }),
        { numRuns: 60, examples: [["\0"], [""], ["0001-01-01T00:00:00Z"], ["9999-12-31T23:59:59Z"]] },
      );
    },
  );

  const streamPath = "/v1/observations/stream";
  const paths = restEndpoints.map(({ path }) => path);

  test.each(paths)("%s rejects an unknown parameter and lists its own", async (path) => {
    const known = Object.keys(endpoints.find((endpoint) => endpoint.path === path)?.queryParameters.shape ?? {});
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom("station", "limit[]", "%", "Stations"), fc.string()), async (name) => {
        // An empty name, or this one, never reaches the routes.
        fc.pre(!known.includes(name) && name !== "" && name !== "__proto__");
        const answer = await ask(addressOf(path, "44009", `${encodeURIComponent(name.toWellFormed())}=1`));
        expect(answer).toMatchObject({ status: 400, problem: { parameter: name } });
        for (const each of known) expect(answer.problem.detail).toContain(each);
      }),
      { numRuns: 20 },
    );
  });

  test.each(["cachebust=1", "_=1&_=2", "station=44009"])(
    "the stream ignores an unknown parameter, because a 400 would end it permanently: %s",
    async (query) => {
      expect(await ask(`${streamPath}?${query}`)).toMatchObject({ status: 200, type: "text/event-stream" });
    },
  );

  test("a repeated parameter is rejected, because its value is ambiguous", async () => {
    expect(await ask("/v1/observations?stations=44009&stations=46026")).toMatchObject({
      status: 400,
      problem: { parameter: "stations", detail: "stations: is given 2 times, only once is allowed" },
    });
  });
});

test.each([
  ["/v1/observations?limit=0", 'limit: "0" is not a whole number from 1 to 10000'],
  ["/v1/observations?since=yesterday", 'since: "yesterday" is not an RFC 3339 time, like 2026-05-09T09:45:00Z'],
  ["/v1/observations?stations=44", 'stations: "44" is not a station id: 4 to 10 letters and digits, like 44009'],
  [`/v1/observations?stations=${"44009,".repeat(500)}44009`, "stations: 501 ids, at most 500 are allowed"],
  ["/v1/observations/stream?bbox=1,2", "bbox: must be west,south,east,north in degrees, like -130,30,-110,50"],
  ["/v1/conditions?bbox=0,50,10,40", "bbox: south (50) is greater than north (40)"],
  ["/v1/conditions?within=3d", 'within: "3d" is not a span from 1m to 48h, like 90m or 3h'],
  ["/v1/conditions?station=44009", "station: is not a parameter here, use one of within, stations, bbox, format"],
  ["/v1/status?verbose=1", "verbose: is not a parameter here, there are none"],
  ["/v1/stations/4400-9", 'stationId: "4400-9" is not a station id: 4 to 10 letters and digits, like 44009'],
])("%s says what is wrong and what is allowed", async (address, detail) => {
  const { status, problem } = await ask(address);
  expect(status).toBe(400);
  expect(problem.detail).toBe(detail);
});

test("the server has logged no error after all these requests", () => {
  expect(server.logged.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
});
