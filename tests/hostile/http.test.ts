// Tests of malformed HTTP requests and parameters.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "../rig/observed.ts";
import { spawnService, startStack } from "../rig/stack.ts";
import { mutated } from "./mutations.ts";
import { askRaw, type RawAnswer } from "./raw-http.ts";
import { inputs } from "./seed.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
await storePoll(
  stack.sql,
  latestObsPath,
  { etag: null, lastModified: null, hash: null },
  [
    observed("44009", "2026-05-06T11:50Z", { waveHeightM: 1.2 }),
    observed("46026", "2026-05-06T11:50Z", { latitude: 37.75, longitude: -122.84 }),
  ],
  unguardedIds,
);

const server = spawnService("server", {
  DATABASE_URL: stack.databaseUrl,
  REDIS_URL: stack.redisUrl,
  // Each request has another client address, so that the rate limit does not interfere.
  TRUST_PROXY: "1",
});
const address = new URL(await server.up);
while (!(await fetch(new URL("/ready", address))).ok) await Bun.sleep(10);

afterAll(async () => {
  await server.stop("SIGKILL");
  await stack.stop();
});

let asked = 0;

/** Returns the header of a trusted proxy, with a new client address. */
function forwardedFor(): string {
  asked += 1;
  return `X-Forwarded-For: 10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`;
}

const percent = (bytes: Uint8Array) => [...bytes].map((code) => `%${code.toString(16).padStart(2, "0")}`).join("");

/** Parameter values in a URL: valid ones, valid ones of another parameter, and invalid ones. */
const value = fc.oneof(
  fc.constantFrom("44009", "46026,44009", "-130,30,-110,50", "2026-05-06T00:00:00Z", "2", "100", "10000"),
  fc.constantFrom(
    "180,-90,-180,90",
    "-180,-90,180,90",
    "1,2,3",
    "1,2,3,4,5",
    "0,90,0,-90",
    ",,,",
    "1e2,0,1e2,1",
    "NaN,NaN,NaN,NaN",
  ),
  fc.constantFrom(
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30T00:00:00Z",
  ),
  fc.constantFrom(
    "2026-05-06T24:00:00Z",
    "2026-05-06T23:59:60Z",
    "2026-05-06",
    "%2B275760-09-13T00:00:00Z",
    "-000001-01-01T00:00:00Z",
  ),
  fc.constantFrom(
    `2026-05-06T00:00:00.${"1".repeat(300)}Z`,
    "2026-05-06T00:00:00%2B99:99",
    "now",
    "0",
    "-1",
    "1.5",
    "1e3",
  ),
  fc.constantFrom(
    "10001",
    "007",
    "9".repeat(18),
    "9".repeat(19),
    "9".repeat(400),
    "9223372036854775808",
    "0x10",
    "Infinity",
  ),
  fc.constantFrom(
    "",
    "%",
    "%%",
    "%zz",
    "%E0%A4%A",
    "%00",
    "44009%00",
    "%C0%AE",
    "%F0%9F%8C%8A",
    "%ED%A0%80",
    "%EF%BB%BF44009",
  ),
  fc.constantFrom(
    "44%C3%9F9",
    "KGU%C4%B1",
    "%D9%A3%D9%A3",
    "%EF%BC%94%EF%BC%94009",
    "%0d%0aSet-Cookie:x=1",
    "a%20b",
    "+",
  ),
  fc.constantFrom(
    "'%20OR%20'1'='1",
    "44009');DROP%20TABLE%20observations;--",
    "$1",
    "{44009}",
    "%22",
    "\\",
    "`",
    "__proto__",
  ),
  fc.constantFrom(
    "../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/package.json",
    "..%5c..%5cpackage.json",
    "%2500",
  ),
  fc.constantFrom(
    "%252e%252e%252fpackage.json",
    ".git/config",
    "//etc/passwd",
    "file:///etc/passwd",
    "index.html/",
    "./",
    "~",
  ),
  fc.constantFrom("4".repeat(300), "44009,".repeat(600), "44009,".repeat(1_200), "a/".repeat(500), "x".repeat(20_000)),
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map(percent),
  fc.webQueryParameters(),
);

const parameter = fc.constantFrom(
  "stations",
  "bbox",
  "since",
  "lastEventId",
  "limit",
  "until",
  "stations",
  "limit[]",
  "%00",
  "",
);
const query = fc.array(fc.tuple(parameter, value), { maxLength: 4 }).map((pairs) => {
  return pairs
    .map(([name, text], index) => `${index === 0 ? "?" : "&"}${name}=${text.replaceAll("&", "%26")}`)
    .join("");
});

const streamPath = "/v1/observations/stream";
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(streamPath, "/v1/observations/by-station/44009") },
  { weight: 1, arbitrary: fc.constantFrom("/v1/observations/latest", "/v1/stations", "/health", "/ready", "/") },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom("/v1/observations/by-station/", "/v1/stations/", "/v1/", "/"), value)
      .map(([start, text]) => start + text.replaceAll("?", "%3f").replaceAll("#", "%23")),
  },
);

const method = fc.oneof(
  { weight: 8, arbitrary: fc.constant("GET") },
  { weight: 1, arbitrary: fc.constantFrom("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND") },
);

/** Generates header values: no control characters, one character per byte. */
const headerValue = fc.oneof(
  fc.constantFrom(
    "0",
    "1",
    "-1",
    "007",
    "1.0",
    "5, 6",
    "9".repeat(19),
    "x".repeat(5_000),
    "\xff\xfe",
    "\xd9\xa3",
    "%00",
    "'",
  ),
  fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => {
    return Buffer.from(bytes.map((code) => (code < 0x20 || code === 0x7f ? 0x80 | code : code))).toString("latin1");
  }),
);

/** Names that an error may name, also of things that are no parameter. */
const known = ["stations", "bbox", "since", "lastEventId", "limit", "until", "stationId", "limit[]", "\0"];

/** Expects a problem document that names the wrong parameter, if the API rejects a request. */
function expectProblem({ status, contentType, body }: RawAnswer, isHead: boolean): void {
  expect(contentType).toBe("application/problem+json");
  if (isHead) return;
  const problem = JSON.parse(Buffer.from(body, "latin1").toString()) as { status: number; parameter?: string };
  expect(problem.status).toBe(status);
  if (status === 400) expect(known).toContain(problem.parameter ?? "");
}

test("more than a thousand requests with malformed parameters get an answer, and each error names the problem", async () => {
  const seen = new Map<number, number>();
  const request = fc.record({ method, path, query, lastEventId: fc.option(headerValue, { freq: 3 }) });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, lastEventId }) => {
      const head = [
        `${method} ${path}${query} HTTP/1.1`,
        "Host: bellbuoy.example",
        forwardedFor(),
        ...(lastEventId === null ? [] : [`Last-Event-ID: ${lastEventId}`]),
      ];
      const answer = await askRaw(address, Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), /event: connection/);
      if (answer === null) throw new Error("no answer");
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      expect([200, 204, 301, 302, 400, 404, 405, 414, 431]).toContain(answer.status);
      // The HTTP parser itself answers 431: the request never reaches the API.
      const isRefused = answer.status >= 400 && answer.status !== 431;
      if (isRefused && path.startsWith("/v1")) expectProblem(answer, method === "HEAD");
      expect(answer.body).not.toContain("root:x:0");
      expect(answer.body).not.toContain('"trustedDependencies"');
    }),
    inputs(1_200),
  );
  // At least some of each, or the test would prove little.
  for (const status of [200, 400, 404, 405]) expect(seen.get(status) ?? 0).toBeGreaterThan(10);
});

test("an invalid last event id never ends a stream: the client gets a reset", async () => {
  const isId = (text: string) => /^(0|[1-9]\d{0,17})$/.test(text);
  const byHeader = headerValue.map((text) => ({ text: text.trim(), query: "", header: `Last-Event-ID: ${text}` }));
  const byQuery = fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => {
    return {
      text: Buffer.from(bytes).toString("latin1"),
      query: `?lastEventId=${percent(bytes)}`,
      header: "Accept: */*",
    };
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(byHeader, byQuery), async ({ text, query, header }) => {
      fc.pre(text !== "" && !isId(text));
      const head = `GET ${streamPath}${query} HTTP/1.1\r\nHost: x\r\n${forwardedFor()}\r\n${header}\r\n\r\n`;
      const answer = await askRaw(address, Buffer.from(head, "latin1"), /event: reset/);
      expect(answer).toMatchObject({ status: 200, contentType: "text/event-stream" });
      expect(answer?.body).toMatch(/event: connection\ndata: .*"lastEventId":"2"/);
    }),
    inputs(300),
  );
});

test.each([
  ["HTTP/1.0 without a host", "HTTP/1.0\r\n"],
  ["an empty host", "HTTP/1.1\r\nHost:\r\n"],
  ["an invalid host", "HTTP/1.1\r\nHost: a/b?c\r\n"],
])("a request with %s, as health checks send it, is answered like any other", async (_, rest) => {
  const ask = (path: string) => askRaw(address, Buffer.from(`GET ${path} ${rest}\r\n`), /event: connection/);
  expect(await ask("/health")).toMatchObject({ status: 200, contentType: "application/json" });
  expect(await ask(`${streamPath}?stations=44009`)).toMatchObject({ status: 200, contentType: "text/event-stream" });
  const page = await ask("/v1/observations?limit=1");
  expect(JSON.parse(page?.body ?? "")).toMatchObject({ nextCursor: expect.any(String) });
  expect(await ask("/nothing")).toMatchObject({
    status: 404,
    body: expect.stringContaining("there is nothing at /nothing"),
  });
});

test("bytes that are not HTTP get an error or a closed connection", async () => {
  const good = `GET /v1/stations?limit=1 HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 5\r\nContent-Length: 0\r\nAccept: */*\r\n\r\n`;
  const malformed = fc.oneof(
    mutated(good),
    fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );
  await fc.assert(
    fc.asyncProperty(malformed, async (text) => {
      // End the request, so that the server does not wait for more bytes.
      const bytes = Buffer.from(`${text.slice(0, 100_000)}\r\n\r\n\0\r\n\r\n`, "latin1");
      const answer = await askRaw(address, bytes, /event: connection/);
      expect(answer === null || answer.status < 500 || answer.status === 501 || answer.status === 505).toBe(true);
    }),
    inputs(400),
  );
});

test("after all these requests the server is ready, has logged no error, and stops normally", async () => {
  const ready = await fetch(new URL("/ready", address));
  expect(await ready.json()).toEqual({ status: "ready" });
  const latest = await fetch(new URL("/v1/observations/latest", address));
  expect(await latest.json()).toMatchObject({
    lastEventId: "2",
    observations: [{ stationId: "44009" }, { stationId: "46026" }],
  });
  expect(await server.stop()).toBe(0);
  expect((await server.ended).stderr).toBe("");
  // The requests come without a proxy, which the server points out.
  const problems = server.logged.filter(({ level }) => level === "warn" || level === "error");
  expect(problems.filter(({ message }) => !message.startsWith("TRUST_PROXY is set"))).toEqual([]);
});
