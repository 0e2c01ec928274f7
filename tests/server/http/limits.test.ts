// Tests of the limits on streams and requests, per client address and in total.

import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { playerDir } from "../../../shared/player/player-dir.ts";
import { type AppSettings, type RunningApp, startApp } from "../../rig/app.ts";
import { chromium, openPage } from "../../rig/browser.ts";
import { builtPlayer } from "../../rig/built-player.ts";
import { type Listening, listen } from "../../rig/listen.ts";
import { shortWaveforms } from "../../rig/short-waveforms.ts";
import { startStack } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const open: Listening[] = [];
const servers: RunningApp[] = [];

afterAll(async () => {
  for (const server of servers) await server.stop();
  await stack.stop();
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});

async function start(settings: AppSettings = {}): Promise<RunningApp> {
  const server = await startApp(stack, settings);
  servers.push(server);
  return server;
}

const streamOf = (server: RunningApp) => `${server.url}/v1/observations/stream`;

/** Returns the header of a proxy that forwards a request of this address. */
const from = (address: string) => ({ "X-Forwarded-For": address });

async function listening(server: RunningApp, headers: Record<string, string> = {}): Promise<Listening> {
  const listener = await listen(streamOf(server), headers);
  open.push(listener);
  return listener;
}

/** Closes all streams and waits until the server has noticed. */
async function leaveAll(server: RunningApp): Promise<void> {
  for (const listener of open.splice(0)) listener.leave();
  while ((await openStreams(server)) > 0) await Bun.sleep(5);
}

async function openStreams(server: RunningApp): Promise<number> {
  return ((await (await fetch(`${server.url}/health`)).json()) as { streams: number }).streams;
}

async function expectProblem(response: Response, status: number): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  const document = (await response.json()) as { title: string; detail: string; code: string };
  expect(document).toMatchObject({ title: expect.not.stringMatching(/^(Error|)$/), status });
  expect(document).toMatchObject({ type: expect.stringMatching(new RegExp(`/docs/api\\.md#${document.code}$`)) });
  return document.detail;
}

async function expectRefused(response: Response, status: 429 | 503): Promise<void> {
  expect(response.headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
  expect(response.headers.get("Access-Control-Expose-Headers")).toContain("Retry-After");
  expect(await expectProblem(response, status)).not.toBeEmpty();
}

describe("streams", () => {
  test("above MAX_STREAMS_PER_IP are refused to that address only, and allowed again when others have closed", async () => {
    const server = await start({ maxStreamsPerIp: 2, trustedProxies: 1 });
    for (let round = 0; round < 3; round++) {
      await listening(server, from("198.51.100.1"));
      await listening(server, from("192.0.2.66, 198.51.100.1"));
      await expectRefused(await fetch(streamOf(server), { headers: from("198.51.100.1") }), 429);
      await expectRefused(await fetch(streamOf(server), { headers: from("192.0.2.77, 198.51.100.1") }), 429);
      await listening(server, from("198.51.100.2"));
      await leaveAll(server);
    }
  });

  test("of one IPv6 network count as one address", async () => {
    const server = await start({ maxStreamsPerIp: 1, trustedProxies: 1 });
    await listening(server, from("2001:db8:1:2::1"));
    await expectRefused(await fetch(streamOf(server), { headers: from("2001:db8:1:2:ffff::9") }), 429);
    await listening(server, from("2001:db8:1:3::1"));
  });

  test("of a /56 network of IPv6 are limited to four times those of one address", async () => {
    const server = await start({ maxStreamsPerIp: 1, trustedProxies: 1 });
    for (const network of ["00", "01", "7f", "ff"]) await listening(server, from(`2001:db8:1:2${network}::1`));
    await expectRefused(await fetch(streamOf(server), { headers: from("2001:db8:1:202::1") }), 429);
    await listening(server, from("2001:db8:1:3000::1"));
  });

  test("above MAX_STREAMS are refused to all clients, and allowed again when others have closed", async () => {
    const server = await start({ maxStreams: 3, trustedProxies: 1 });
    for (let round = 0; round < 3; round++) {
      for (const address of ["198.51.100.1", "198.51.100.2", "198.51.100.3"]) await listening(server, from(address));
      await expectRefused(await fetch(streamOf(server), { headers: from("198.51.100.4") }), 503);
      expect(await openStreams(server)).toBe(3);
      await leaveAll(server);
    }
  });

  test("count by the connection's own address if no proxy is trusted, whatever X-Forwarded-For contains", async () => {
    const server = await start({ maxStreamsPerIp: 1 });
    await listening(server, from("198.51.100.1"));
    await expectRefused(await fetch(streamOf(server), { headers: from("198.51.100.2") }), 429);
  });

  test("are not opened by HEAD, which answers whether one could be opened", async () => {
    const server = await start({ maxStreams: 1 });
    const head = await fetch(streamOf(server), { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("Content-Type")).toStartWith("text/event-stream");
    expect(await openStreams(server)).toBe(0);
    await listening(server);
    expect((await fetch(streamOf(server), { method: "HEAD" })).status).toBe(503);
  });
});

describe("requests", () => {
  const get = (server: RunningApp, path: string, address: string) =>
    fetch(server.url + path, { headers: from(address) });

  test("of one address succeed 200 times in 10 seconds, and then get 429, only for that address, until the 10 seconds end", async () => {
    const clock = createTestClock();
    const server = await start({ trustedProxies: 1, clock });
    for (let request = 0; request < 200; request++) {
      expect((await get(server, "/v1/stations", "198.51.100.1")).status).toBe(200);
    }
    const refused = await get(server, "/v1/observations/latest", "198.51.100.1");
    await expectRefused(refused, 429);
    expect(Number(refused.headers.get("Retry-After"))).toBeLessThanOrEqual(10);
    expect((await get(server, "/v1/stations", "198.51.100.2")).status).toBe(200);
    for (const path of ["/health", "/ready", "/"]) {
      expect((await get(server, path, "198.51.100.1")).status).not.toBe(429);
    }
    await listening(server, from("198.51.100.1"));

    await clock.advance(9_999);
    expect((await get(server, "/v1/stations", "198.51.100.1")).status).toBe(429);
    clock.setNow(clock.now() - 3_600_000);
    await clock.advance(1);
    expect((await get(server, "/v1/stations", "198.51.100.1")).status).toBe(200);
  });

  const server = start();

  test.each(["POST", "PUT", "PATCH", "DELETE"])(
    "by %s are refused on every path, with or without a body",
    async (method) => {
      const { url } = await server;
      for (const path of ["/", "/v1/stations", "/v1/observations/stream", "/health", "/nothing"]) {
        for (const body of [null, "{}"]) {
          const refused = await fetch(url + path, { method, body });
          expect(refused.headers.get("Allow")).toBe("GET, HEAD, OPTIONS");
          expect(await expectProblem(refused, 405)).toContain(method);
        }
      }
    },
  );

  test("with a large body are refused before the server reads it", async () => {
    const { url } = await server;
    expect((await fetch(`${url}/v1/stations`, { method: "POST", body: "x".repeat(1_000_000) })).status).toBe(413);
  });

  test.each(["/", "/health", "/v1/stations"])("by OPTIONS to %s answer 204", async (path) => {
    const { url } = await server;
    expect((await fetch(url + path, { method: "OPTIONS" })).status).toBe(204);
  });

  test("may name 500 stations with escaped commas; much longer URLs are refused", async () => {
    const { url } = await server;
    const ids = Array.from({ length: 500 }, (_, index) => `STATION${100 + index}`).join("%2C");
    const stream = await listen(`${url}/v1/observations/stream?stations=${ids}`);
    expect(stream.status).toBe(200);
    stream.leave();
    await expectProblem(await fetch(`${url}/v1/stations?${"x".repeat(9_000)}`), 414);
    expect((await fetch(`${url}/v1/stations?${"x".repeat(100_000)}`)).status).toBe(431);
  });
});

describe.skipIf(chromium === null)("a page whose stream is refused", () => {
  test("shows why, counts down a minute at most, and connects at once on request", async () => {
    await builtPlayer();
    const server = await start({
      maxStreams: 1,
      playerDir,
      changed(answer) {
        if (answer.status === 503) answer.headers.set("Retry-After", "3600");
        return answer;
      },
    });
    const first = await listen(streamOf(server));
    const page = await openPage(`${server.url}/?hook=1`, { script: shortWaveforms });
    const state = "document.body.dataset.state";
    await page.until(`${state} === "refused"`);
    const text = await page.view.evaluate<string>('document.querySelector("#status").innerText');
    expect(text).toContain("Refused: this server has no free streams (limit: 1)");
    const retry = 'document.getElementById("retry").textContent';
    const [, waitS] = /trying again in (\d+) s/.exec(await page.view.evaluate<string>(retry)) ?? [];
    expect(Number(waitS)).toBeWithin(1, 61);
    first.leave();
    while ((await openStreams(server)) > 0) await Bun.sleep(10);
    await page.view.click("#try-now");
    await page.until(`${state} === "live"`);
    expect(await openStreams(server)).toBe(1);
    page.close();
  });
});
