import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { latestObsPath } from "../../shared/upstream.ts";
import { buildPlayer, distDir } from "../../web/build.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type Service, type Stack, startStack } from "../rig/stack.ts";
import { startUpstream, type Upstream } from "../rig/upstream.ts";

setDefaultTimeout(20_000);

if (chromium === null) console.log("no Chromium on this machine: the tests of the page in a browser are skipped");

/** What the page tells tests, with `?hook=1`. */
type Hook = {
  heard: number;
  scheduled: { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number }[];
};

/** The line of the contract, as any program may publish it. */
const line =
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';

describe.skipIf(chromium === null)("the page in a real browser", () => {
  let stack: Stack;
  let upstream: Upstream;
  let server: Service;
  const pages: Page[] = [];

  beforeAll(async () => {
    await buildPlayer();
    stack = await startStack();
    upstream = startUpstream();
    server = await stack.start("server");
  });
  afterAll(async () => {
    for (const page of pages) page.close();
    await upstream.stop();
    await stack.stop();
  });

  async function open(url: string): Promise<Page> {
    const page = await openPage(url);
    pages.push(page);
    return page;
  }

  const isLive = 'document.querySelector("main").dataset.state === "live"';

  test("makes no sound and no audio context before the click, and a note after it for each observation", async () => {
    const page = await open(`${server.url}/?hook=1`);
    await page.until(isLive);
    await page.view.evaluate(`(() => {
      globalThis.contexts = 0;
      const Native = globalThis.AudioContext;
      globalThis.AudioContext = class extends Native { constructor(...args) { super(...args); globalThis.contexts++; } };
    })()`);
    await stack.redis.publish("observations:new", line);
    await page.until("bellbuoy.heard === 1");
    expect(await page.view.evaluate<number>("globalThis.contexts")).toBe(0);
    expect(await page.view.evaluate<number>("bellbuoy.scheduled.length")).toBe(0);

    await page.view.click("#listen");
    await page.until('!document.querySelector("#sound-controls").hidden');
    await stack.redis.publish("observations:new", line.replace("44009", "46026"));
    await page.until("bellbuoy.scheduled.length === 1");
    const [bell] = await page.view.evaluate<Hook["scheduled"]>("bellbuoy.scheduled");
    expect(bell?.stationId).toBe("46026");
    expect((bell?.soundsAtMs ?? Number.NaN) - (bell?.arrivedAtMs ?? 0)).toBeLessThan(200);
    const rows = 'Array.from(document.querySelectorAll("#observations > li"), (row) => row.dataset.stationId)';
    expect(await page.view.evaluate<string[]>(rows)).toEqual(["46026", "44009"]);
    expect(page.complaints).toEqual([]);
  });

  test("shows what a worker read from NDBC, and says how old it is", async () => {
    const page = await open(`${server.url}/?hook=1`);
    await page.until(isLive);
    upstream.files.set(latestObsPath, latestObsFile(30, new Date(Date.now() - 21 * 60_000)));
    const worker = await stack.start("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" });
    await page.until("bellbuoy.heard === 30");
    await worker.stop();
    expect(await page.until<string>('document.querySelector("#newest").textContent')).toMatch(/2[12] min/);
    expect(page.complaints).toEqual([]);
  });

  test("reconnects by itself when the server is back, and misses nothing", async () => {
    const port = new URL(server.url).port;
    const page = await open(`${server.url}/?hook=1`);
    await page.until(isLive);
    await server.stop("SIGKILL");
    await page.until('document.querySelector("main").dataset.state === "reconnecting"');
    upstream.files.set(latestObsPath, latestObsFile(40, new Date(Date.now() - 10 * 60_000)));
    const worker = await stack.start("worker", { NDBC_URL: upstream.url, POLL_SECONDS: "1", BACKFILL_HOURS: "0" });
    await upstream.asked(latestObsPath, upstream.requests.filter((path) => path === latestObsPath).length + 1);
    server = await stack.start("server", { PORT: port });
    await page.until("bellbuoy.heard === 40");
    await worker.stop();
    expect(await page.view.evaluate<boolean>(isLive)).toBe(true);
  });

  test("works from any static host with ?server=", async () => {
    const host = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        const { pathname } = new URL(request.url);
        return new Response(Bun.file(distDir + (pathname === "/" ? "/index.html" : pathname)));
      },
    });
    const page = await open(`http://127.0.0.1:${host.port}/?hook=1&server=${encodeURIComponent(server.url)}`);
    await page.until(isLive);
    await stack.redis.publish("observations:new", line);
    await page.until("bellbuoy.heard === 1");
    expect(page.complaints).toEqual([]);
    await host.stop(true);
  });
});
