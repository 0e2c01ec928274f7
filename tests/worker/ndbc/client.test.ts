// The HTTP client for NDBC's files.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createNdbcClient } from "../../../services/worker/ndbc/client.ts";
import { UpstreamError } from "../../../services/worker/ndbc/errors.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

const body = "#STN LAT LON\n44009 38.460 -74.692\n";
const gzipped = Bun.gzipSync(body);
const path = "/data/latest_obs/latest_obs.txt";

const opened: { stop(closeActiveConnections: boolean): unknown }[] = [];

afterEach(() => {
  for (const server of opened.splice(0)) server.stop(true);
});

/** A simulated NDBC that sends the same response to every request, and records the requests. */
function serve(answer: (request: Request) => Response | Promise<Response>) {
  const requests: { path: string; headers: Record<string, string> }[] = [];
  const server = Bun.serve({
    port: 0,
    fetch(request) {
      requests.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers) });
      return answer(request);
    },
  });
  opened.push(server);
  return { baseUrl: server.url.origin, requests };
}

/** A server that sends these bytes to every client and closes the connection. */
function serveBytes(...parts: (string | Uint8Array)[]): string {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket) {
        socket.end(Buffer.concat(parts.map((part) => Buffer.from(part))));
      },
    },
  });
  opened.push(server);
  return `http://127.0.0.1:${server.port}`;
}

/** Returns the error of a failed request. */
async function failure(answer: Promise<unknown>): Promise<UpstreamError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw new Error(`no UpstreamError, but ${error}`);
  expect(error.message).not.toContain("\n");
  return error;
}

describe("a request", () => {
  test("sends program name, contact and Accept-Encoding: gzip", async () => {
    const { baseUrl, requests } = serve(() => new Response(body));
    await createNdbcClient({ baseUrl }).get(path, null);
    await createNdbcClient({ baseUrl, contact: "ops@example.org" }).get(path, null);
    expect(requests).toMatchObject([
      { path, headers: { "accept-encoding": "gzip" } },
      { path, headers: { "accept-encoding": "gzip" } },
    ]);
    const [byDefault, set] = requests.map(({ headers }) => headers["user-agent"]);
    expect(byDefault).toMatch(/^bellbuoy\/\d+\.\d+\.\d+ \(\+https:\/\/github\.com\/bellbuoy\/bellbuoy\)$/);
    expect(set).toMatch(/^bellbuoy\/\d+\.\d+\.\d+ \(\+ops@example\.org\)$/);
  });

  test("is unconditional the first time, and later sends the validators of the file unchanged", async () => {
    const headers = { ETag: '"58f1f-65c3c9f8e5197"', "Last-Modified": "Wed, 06 May 2026 11:40:01 GMT" };
    const { baseUrl, requests } = serve(() => new Response(body, { headers }));
    const client = createNdbcClient({ baseUrl });
    const first = await client.get(path, null);
    if (first.kind !== "body") throw new Error(first.kind);
    await client.get(path, first);
    const [unconditional, conditional] = requests.map((request) => request.headers);
    expect(Object.keys(unconditional ?? {}).filter((name) => name.startsWith("if-"))).toEqual([]);
    expect(conditional?.["if-none-match"]).toBe(headers.ETag);
    expect(conditional?.["if-modified-since"]).toBe(headers["Last-Modified"]);
  });

  test("waits for the previous one", async () => {
    let underWay = 0;
    let most = 0;
    const { baseUrl, requests } = serve(async () => {
      most = Math.max(most, ++underWay);
      await Bun.sleep(5);
      underWay--;
      return new Response(body);
    });
    const client = createNdbcClient({ baseUrl });
    await Promise.all(["/1", "/2", "/3"].map((path) => client.get(path, null)));
    expect(requests.map((request) => request.path)).toEqual(["/1", "/2", "/3"]);
    expect(most).toBe(1);
  });

  test("is sent even if the previous one failed", async () => {
    const { baseUrl } = serve((request) => new Response(body, { status: request.url.endsWith("/1") ? 400 : 200 }));
    const client = createNdbcClient({ baseUrl });
    const [failed, good] = await Promise.allSettled([client.get("/1", null), client.get("/2", null)]);
    expect(failed).toMatchObject({ status: "rejected" });
    expect(good).toMatchObject({ status: "fulfilled", value: { kind: "body" } });
  });

  test.each([403, 429, 500, 503])("waits after a response %i before it is sent again", async (status) => {
    const { baseUrl, requests } = serve(() => new Response("", { status }));
    const client = createNdbcClient({ baseUrl });
    for (const path of ["/1", "/2"]) expect((await failure(client.get(path, null))).code).toBe("refused");
    expect(requests).toHaveLength(1);
  });

  test.each([400, 401, 410, 451])("is refused by a response %i, which asks for no pause", async (status) => {
    const { baseUrl, requests } = serve(() => new Response("", { status }));
    const client = createNdbcClient({ baseUrl });
    for (const path of ["/1", "/2"]) expect((await failure(client.get(path, null))).code).toBe("refused");
    expect(requests).toHaveLength(2);
  });

  test("is not sent while NDBC asks for a pause", async () => {
    const { baseUrl, requests } = serve(() => new Response("", { status: 429, headers: { "Retry-After": "60" } }));
    const client = createNdbcClient({ baseUrl });
    await failure(client.get("/1", null));
    const error = await failure(client.get("/2", null));
    expect(error.message).toContain("NDBC wants to be left alone");
    expect(error.retryAfterSeconds).toBe(60);
    expect(requests).toHaveLength(1);
  });

  test("fails with the caller's reason when the caller aborts it, in progress or in the queue", async () => {
    const asked = Promise.withResolvers<void>();
    const { baseUrl, requests } = serve(async () => {
      asked.resolve();
      await new Promise(() => {});
      return new Response(body);
    });
    const stopping = new AbortController();
    const client = createNdbcClient({ baseUrl, signal: stopping.signal });
    const answers = ["/1", "/2"].map((path) => client.get(path, null));
    await asked.promise;
    stopping.abort(new Error("stopping"));
    for (const result of await Promise.allSettled(answers)) {
      expect(result).toMatchObject({ status: "rejected", reason: { message: "stopping" } });
    }
    expect(requests).toHaveLength(1);
  });
});

describe("an answer", () => {
  test("has the unzipped body, with validators for the next request", async () => {
    const headers = { "Content-Encoding": "gzip", "Last-Modified": "Wed, 06 May 2026 11:40:01 GMT" };
    const { baseUrl } = serve(() => new Response(gzipped, { headers }));
    expect(await createNdbcClient({ baseUrl }).get(path, null)).toEqual({
      kind: "body",
      body,
      answeredAt: expect.any(Date),
      etag: null,
      lastModified: "Wed, 06 May 2026 11:40:01 GMT",
      hash: new Bun.CryptoHasher("sha256").update(body).digest("hex"),
    });
  });

  test("has one character per byte", async () => {
    const { baseUrl } = serve(() => new Response(new Uint8Array([0x23, 0xb0, 0x80, 0x0a])));
    expect(await createNdbcClient({ baseUrl }).get(path, null)).toMatchObject({ body: "#\xb0\x80\n" });
  });

  test("of 304 is unchanged, and keeps the validators of the file", async () => {
    const validators = { etag: '"a"', lastModified: "Wed, 06 May 2026 11:40:01 GMT", hash: "0123" };
    const { baseUrl } = serve(() => new Response(null, { status: 304 }));
    const answer = await createNdbcClient({ baseUrl }).get(path, validators);
    expect(answer).toEqual({ kind: "unchanged", answeredAt: expect.any(Date), ...validators });
  });

  test("of 304 to an unconditional request is an error", async () => {
    const { baseUrl } = serve(() => new Response(null, { status: 304 }));
    const error = await failure(createNdbcClient({ baseUrl }).get(path, null));
    expect(error.message).toBe(`${baseUrl}${path}: answers 304 Not Modified`);
  });

  test("with the same body is unchanged, and has the new Last-Modified", async () => {
    let minute = 40;
    const { baseUrl } = serve(() => {
      return new Response(body, { headers: { "Last-Modified": `Wed, 06 May 2026 11:${minute++}:01 GMT` } });
    });
    const client = createNdbcClient({ baseUrl });
    const first = await client.get(path, null);
    if (first.kind !== "body") throw new Error(first.kind);
    const { etag, hash } = first;
    expect(await client.get(path, first)).toEqual({
      kind: "unchanged",
      answeredAt: expect.any(Date),
      etag,
      lastModified: "Wed, 06 May 2026 11:41:01 GMT",
      hash,
    });
  });

  test("of 404 is a missing file", async () => {
    const { baseUrl } = serve(() => new Response("<!DOCTYPE HTML>", { status: 404 }));
    expect(await createNdbcClient({ baseUrl }).get(path, null)).toEqual({
      kind: "missing",
      answeredAt: expect.any(Date),
    });
  });

  test.each([
    [403, "1800", 1800],
    [429, "60", 60],
    [503, "0", 0],
    [500, null, null],
    [503, "soon", null],
    [400, "60", null],
    [206, null, null],
  ])("of %i with Retry-After %p is an error that says to wait %p seconds", async (status, retryAfter, seconds) => {
    const headers: Record<string, string> = retryAfter === null ? {} : { "Retry-After": retryAfter };
    const { baseUrl } = serve(() => new Response("busy", { status, headers }));
    const error = await failure(createNdbcClient({ baseUrl }).get(path, null));
    expect(error.message).toStartWith(`${baseUrl}${path}: answers ${status}`);
    expect(error.retryAfterSeconds).toBe(seconds);
  });

  test("can have a date in Retry-After, which is compared with NDBC's own time", async () => {
    const headers = { Date: "Wed, 06 May 2026 12:00:00 GMT", "Retry-After": "Wed, 06 May 2026 12:10:00 GMT" };
    const { baseUrl } = serve(() => new Response("busy", { status: 503, headers }));
    const clock = createTestClock(Date.parse("2026-07-01"));
    const { retryAfterSeconds } = await failure(createNdbcClient({ baseUrl, clock }).get(path, null));
    expect(retryAfterSeconds).toBe(600);
  });

  test("is not requested before the end of a Retry-After, independent of this machine's clock", async () => {
    let status = 429;
    const { baseUrl } = serve(() => new Response(body, { status, headers: { "Retry-After": "60" } }));
    const clock = createTestClock();
    const client = createNdbcClient({ baseUrl, clock });
    await failure(client.get(path, null));
    status = 200;
    clock.setNow(clock.now() + 86_400_000);
    await failure(client.get(path, null));
    await clock.advance(60_000);
    expect(await client.get(path, null)).toMatchObject({ kind: "body" });
  });
});

describe("NDBC's own time", () => {
  const noon = Date.parse("2026-05-06T12:00:00Z");
  const headers = { Date: "Wed, 06 May 2026 12:00:00 GMT" };

  test("is the last Date header plus the time since then, independent of this machine's clock", async () => {
    const { baseUrl } = serve(() => new Response(body, { headers }));
    const clock = createTestClock(Date.parse("2026-07-01"));
    const client = createNdbcClient({ baseUrl, clock });
    expect(client.nowMs()).toBeNull();
    expect(await client.get(path, null)).toMatchObject({ answeredAt: new Date(noon) });
    clock.setNow(0);
    await clock.advance(90_000);
    expect(client.nowMs()).toBe(noon + 90_000);
  });

  test("is known from a refusal too", async () => {
    const { baseUrl } = serve(() => new Response("", { status: 503, headers }));
    const client = createNdbcClient({ baseUrl, clock: createTestClock() });
    await failure(client.get(path, null));
    expect(client.nowMs()).toBe(noon);
  });

  test.each(["", "soon"])(
    "is not known from a Date of %p: an answer then came at this machine's time",
    async (date) => {
      const baseUrl = serveBytes(`HTTP/1.1 200 OK\r\nDate: ${date}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      const client = createNdbcClient({ baseUrl, clock: createTestClock(noon) });
      expect(await client.get(path, null)).toMatchObject({ kind: "body", answeredAt: new Date(noon) });
      expect(client.nowMs()).toBeNull();
    },
  );
});

describe("a redirect", () => {
  test("is followed on the same host", async () => {
    const { baseUrl, requests } = serve((request) => {
      return request.url.endsWith("/new.txt") ? new Response(body) : Response.redirect("/new.txt", 301);
    });
    const validators = { etag: '"a"', lastModified: null, hash: null };
    const answer = await createNdbcClient({ baseUrl }).get(path, validators);
    expect(answer).toMatchObject({ kind: "body", body });
    expect(requests[1]?.headers["if-none-match"]).toBe('"a"');
  });

  test("is not followed to another host", async () => {
    const other = serve(() => new Response(body));
    const { baseUrl } = serve(() => Response.redirect(`${other.baseUrl}/x`, 302));
    const error = await failure(createNdbcClient({ baseUrl }).get(path, null));
    expect(error.message).toBe(`${baseUrl}${path}: redirects elsewhere, to ${other.baseUrl}`);
    expect(other.requests).toEqual([]);
  });

  test.each(["file:///etc/passwd", "data:text/plain,x", "http://[", "//example.org/x"])(
    "is not followed to %s",
    async (location) => {
      const { baseUrl } = serve(() => new Response(null, { status: 302, headers: { Location: location } }));
      const error = await failure(createNdbcClient({ baseUrl }).get(path, null));
      expect(error.message).toMatch(/: redirects (elsewhere|to no address)/);
    },
  );

  test("is followed at most three times", async () => {
    const { baseUrl, requests } = serve(() => Response.redirect("/again", 302));
    const error = await failure(createNdbcClient({ baseUrl }).get(path, null));
    expect(error.message).toBe(`${baseUrl}${path}: redirects more than 3 times`);
    expect(requests).toHaveLength(4);
  });
});

describe("an answer is rejected", () => {
  test("when no server listens", async () => {
    const error = await failure(createNdbcClient({ baseUrl: "http://127.0.0.1:1" }).get(path, null));
    expect(error.message).toBe(`http://127.0.0.1:1${path}: no connection`);
  });

  test.each([
    ["shorter than it says", [`HTTP/1.1 200 OK\r\nContent-Length: ${body.length + 1}\r\n\r\n`, body], "was closed"],
    ["cut between chunks", ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n#STN \r\n"], "was closed"],
    ["no HTTP", ["ready\r\n\r\n"], "was closed"],
    [
      "gzip cut short without a length",
      ["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", gzipped.slice(0, -9)],
      "gzip",
    ],
    [
      "gzip without its check sum",
      ["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", gzipped.slice(0, -4)],
      "gzip",
    ],
    ["gzip by name only", ["HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", body], "gzip"],
  ])("when it is %s", async (_, parts, reason) => {
    const baseUrl = serveBytes(...parts);
    const error = await failure(createNdbcClient({ baseUrl }).get(path, null));
    expect(error.message).toStartWith(`${baseUrl}${path}: `);
    expect(error.message).toContain(reason);
  });

  test("when it is too large", async () => {
    const { baseUrl } = serve(() => new Response(body));
    const client = (maxBytes: number) => createNdbcClient({ baseUrl, maxBytes });
    expect(await client(body.length).get(path, null)).toMatchObject({ body });
    const error = await failure(client(body.length - 1).get(path, null));
    expect(error.message).toBe(`${baseUrl}${path}: sends more than ${body.length - 1} bytes`);
  });

  test("when it is a gzip bomb, as soon as it has become too large", async () => {
    const megabyte = Bun.gzipSync(new Uint8Array(1_000_000));
    // It never ends, so a client that reads all of it first would hang.
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(megabyte) });
    const { baseUrl } = serve(() => new Response(endless, { headers: { "Content-Encoding": "gzip" } }));
    const error = await failure(createNdbcClient({ baseUrl, maxBytes: 1_000_000 }).get(path, null));
    expect(error.message).toEndWith("sends more than 1000000 bytes");
  });

  test("when it begins but does not end within 30 s", async () => {
    const asked = Promise.withResolvers<void>();
    const { baseUrl } = serve(() => {
      asked.resolve();
      const endless = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(body)) });
      return new Response(endless);
    });
    const clock = createTestClock();
    const failing = failure(createNdbcClient({ baseUrl, clock }).get(path, null));
    await asked.promise;
    await clock.advance(30_000);
    expect((await failing).message).toBe(`${baseUrl}${path}: no whole answer in 30 s`);
    expect(clock.waiting).toBe(0);
  });

  test("without the password of the address in the message", async () => {
    const error = await failure(createNdbcClient({ baseUrl: "http://user:secret@127.0.0.1:1" }).get(path, null));
    expect(error.message).not.toContain("secret");
  });
});
