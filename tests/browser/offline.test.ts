// The service worker in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPlayer } from "../../web/build/build.ts";
import { chromium, createVisitor, openPage, type Page, type Visitor } from "../rig/browser.ts";

setDefaultTimeout(120_000);

const webDir = join(import.meta.dir, "../../web");

/** Writes a page that shows its loaded data, and loads a part of itself only on request. */
async function writePage(dir: string, edition: string): Promise<string> {
  await Bun.write(
    join(dir, "index.html"),
    '<!doctype html><html><head><meta charset="utf-8"><meta name="bellbuoy-server" content=""><title>sea</title><script type="module" src="./page.ts"></script></head><body><p id="status"></p></body></html>',
  );
  await Bun.write(join(dir, "lazy.ts"), `export const edition = "lazy part of ${edition}";`);
  await Bun.write(
    join(dir, "page.ts"),
    `import { loadConditions, loadHistory } from "${webDir}/../shared/client/api.ts";
     import { registerServiceWorker } from "${webDir}/offline/offline.ts";
     const { signal } = new AbortController();
     Object.assign(globalThis, {
       edition: "${edition}",
       lazy: () => import("./lazy.ts").then((part) => part.edition),
       pastOf: (id) => loadHistory(location.origin, id, 0, signal).then((list) => list.length),
     });
     void registerServiceWorker();
     loadConditions(location.origin, "", signal).then((snapshot) => Object.assign(globalThis, { snapshot }));`,
  );
  return join(dir, "index.html");
}

describe.skipIf(chromium === null)("a page that was opened once", () => {
  const dir = mkdtempSync(join(tmpdir(), "bellbuoy-offline-"));
  const dist = join(dir, "dist");
  /** The server's port, reused after a restart. */
  let port = 0;
  let url = "";
  const pages: Page[] = [];
  /** A returning visitor. */
  let visitor: Visitor;
  let server: Bun.Server<undefined> | null = null;
  let waterTempC = 12;
  const beganAtMs = Date.now();
  /** Until it resolves, the API accepts requests without answering. */
  let answering: Promise<unknown> = Promise.resolve();
  /** Until it resolves, the last line of the page is not sent. */
  let wholePage: Promise<unknown> | null = null;
  /** Answers in place of the host, as a gateway or a broken connection does; `null`: the host answers. */
  let intercept: (pathname: string) => Response | null = () => null;

  function startServer(): void {
    const started = Bun.serve({
      hostname: "127.0.0.1",
      port,
      async fetch(request) {
        const { pathname } = new URL(request.url);
        const at = "2026-05-06T11:50:00.000Z";
        const intercepted = intercept(pathname);
        if (intercepted !== null) return intercepted;
        if (pathname.startsWith("/v1/")) await answering;
        if (pathname === "/v1/conditions") {
          const conditions = [{ stationId: "44009", waterTempC: { value: waterTempC, at } }];
          return Response.json({ lastEventId: "7", conditions });
        }
        if (pathname.startsWith("/v1/")) return Response.json({ observations: [] });
        const file = Bun.file(join(dist, pathname === "/" ? "index.html" : pathname));
        const headers = { "Cache-Control": "no-store" };
        if (pathname === "/" && wholePage !== null) {
          const rest = wholePage;
          const page = new ReadableStream({
            async start(controller) {
              controller.enqueue(await file.bytes());
              await rest;
              controller.enqueue(new TextEncoder().encode('<p id="last">the last line</p>'));
              controller.close();
            },
          });
          return new Response(page, { headers: { ...headers, "Content-Type": "text/html" } });
        }
        return (await file.exists()) ? new Response(file, { headers }) : new Response(null, { status: 404, headers });
      },
    });
    server = started;
    port = Number(started.port);
    url = started.url.href;
  }

  const stopServer = () => server?.stop(true);

  async function open(): Promise<Page> {
    const page = await openPage(url, { visitor });
    pages.push(page);
    return page;
  }

  const isKept = `caches.open("bellbuoy-answers").then((cache) => cache.keys()).then((keys) => keys.some(({ url }) => url.includes("/v1/conditions")))`;

  beforeAll(async () => {
    visitor = await createVisitor();
    await buildPlayer(await writePage(join(dir, "first"), "first edition"), dist);
    startServer();
  });
  afterAll(async () => {
    for (const page of pages) page.close();
    await stopServer();
    await rm(dir, { recursive: true });
  });

  test("also caches answers to requests that it sent before the service worker was active", async () => {
    const answer = Promise.withResolvers<void>();
    answering = answer.promise;
    const page = await open();
    await page.until("navigator.serviceWorker.controller !== null");
    answer.resolve();
    await page.until(isKept);
  });

  test("opens without a server, shows its cached data, and says how old that is", async () => {
    const page = await open();
    await page.until("globalThis.snapshot");
    expect(await page.view.evaluate<number | null>("snapshot.cachedAtMs")).toBeNull();
    await page.until(isKept);
    const keptUntilMs = Date.now();
    await stopServer();
    await page.view.navigate(url);
    const kept = await page.until<{ cachedAtMs: number; conditions: unknown[] }>("globalThis.snapshot");
    expect(kept.conditions).toEqual([
      { stationId: "44009", fields: { waterTempC: { value: 12, atMs: Date.parse("2026-05-06T11:50:00Z") } } },
    ]);
    expect(kept.cachedAtMs).toBeWithin(beganAtMs, keptUntilMs + 1);
    // The part that was never requested is cached, too.
    expect(await page.view.evaluate<string>("lazy()")).toBe("lazy part of first edition");
  });

  test("shows live data as soon as the server is back", async () => {
    waterTempC = 13;
    startServer();
    const page = await open();
    const fresh = await page.until<{ cachedAtMs: null; conditions: { fields: unknown }[] }>("globalThis.snapshot");
    expect(fresh.cachedAtMs).toBeNull();
    expect(fresh.conditions[0]?.fields).toMatchObject({ waterTempC: { value: 13 } });
  });

  test("shows cached data while the network does not answer, and live data later", async () => {
    const page = await open();
    const answer = Promise.withResolvers<void>();
    answering = answer.promise;
    waterTempC = 14;
    await page.view.navigate(url);
    const snapshot = await page.until<{ cachedAtMs: number | null }>("globalThis.snapshot");
    expect(snapshot.cachedAtMs).toBeNumber();
    answer.resolve();
    // An answer after the time limit is cached for the next visit.
    const kept = `caches.open("bellbuoy-answers").then((cache) => cache.match("./v1/conditions?within=24h")).then((kept) => kept?.text() ?? "")`;
    await page.until(`${kept}.then((text) => text.includes('"value":14'))`);
  });

  test("loads completely over a slow connection, even beyond the time limit for a cached page", async () => {
    const page = await open();
    // The service worker opens the cached page if the network has not started to answer within four seconds.
    const late = Promise.withResolvers<void>();
    wholePage = late.promise;
    setTimeout(late.resolve, 4_500);
    await page.view.navigate(url);
    wholePage = null;
    await page.until('document.getElementById("last")');
  });

  test("caches the histories of the last fifty viewed stations", async () => {
    const page = await open();
    const ids = Array.from({ length: 55 }, (_, index) => `TEST${index}`);
    const keptIds = `caches.open("bellbuoy-answers").then((cache) => cache.keys()).then((keys) =>
      keys.flatMap(({ url }) => /by-station\\/(\\w+)/.exec(url)?.[1] ?? []))`;
    for (const id of ids) await page.view.evaluate(`pastOf("${id}")`);
    await page.until(`${keptIds}.then((ids) => ids.length === 50 && ids.at(-1) === "TEST54")`);
    expect(await page.view.evaluate<string[]>(keptIds)).toEqual(ids.slice(5));
    expect(await page.view.evaluate<boolean>(isKept)).toBe(true);
  });

  const portal = "<!doctype html><title>Log in</title><p>Welcome to our network</p></html>";
  const html = (status = 200) => new Response(portal, { status, headers: { "Content-Type": "text/html" } });
  const ofType = (type: string, body: string) => new Response(body, { headers: { "Content-Type": type } });

  test.each<[string, (pathname: string) => Response]>([
    ["a log-in page", () => html()],
    ["the status 511", () => html(511)],
    ["a redirect", (path) => (path === "/portal" ? html() : Response.redirect("/portal", 302))],
    ["empty answers", (path) => ofType(path.startsWith("/v1/") ? "application/json" : "text/html", "")],
    [
      "broken answers",
      (path) => (path === "/" ? ofType("text/html", portal.slice(0, 40)) : ofType("application/json", "{")),
    ],
  ])("caches nothing of a network that answers everything with %s", async (_, answerAll) => {
    const page = await open();
    await page.until("globalThis.snapshot && navigator.serviceWorker.controller");
    intercept = answerAll;
    await page.view.navigate(url);
    await page.view.evaluate(
      'Promise.allSettled(["./", "./v1/conditions?within=24h"].map((path) => fetch(path))).then(() => 0)',
    );
    await stopServer();
    intercept = () => null;
    await page.view.navigate(url);
    const kept = await page.until<{ cachedAtMs: number; conditions: unknown[] }>("globalThis.snapshot");
    expect([kept.conditions.length, await page.view.evaluate<string>("edition")]).toEqual([1, "first edition"]);
    startServer();
  });

  test("repairs a damaged cache at the next start", async () => {
    const page = await open();
    await page.until("navigator.serviceWorker.controller");
    const files = `caches.keys().then((names) => caches.open(names.find((name) => name.startsWith("bellbuoy-files-"))))`;
    const damage = (body: string) => `${files}.then(async (cache) => {
      for (const { url } of await cache.keys()) await cache.put(url, new Response(${JSON.stringify(body)}, { headers: { "Content-Type": url.endsWith(".js") ? "text/javascript" : "text/html" } }));
    })`;
    for (const body of ["", portal]) {
      await page.view.evaluate(damage(body));
      await page.view.navigate(url);
      await page.until(`globalThis.snapshot && ${files}.then(async (cache) => {
        const texts = await Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).text()));
        return texts.every((text) => text !== ${JSON.stringify(body)});
      })`);
    }
    await stopServer();
    await page.view.navigate(url);
    await page.until("globalThis.snapshot");
    expect(await page.view.evaluate<string>("lazy()")).toBe("lazy part of first edition");
    startServer();
  });

  test("never mixes two builds, and opens the new build on the next visit", async () => {
    const old = await open();
    await old.until("globalThis.snapshot");
    await buildPlayer(await writePage(join(dir, "second"), "second edition"), dist);
    await old.view.evaluate("navigator.serviceWorker.getRegistration().then((known) => known.update()).then(() => 0)");
    await old.until("navigator.serviceWorker.getRegistration().then((known) => known.waiting !== null)");
    expect(await old.view.evaluate<string>("lazy()")).toBe("lazy part of first edition");
    expect(await old.until<string>('document.getElementById("update")?.textContent')).toBe("New version: reload");

    const fresh = await open();
    await fresh.until("globalThis.snapshot");
    expect(await fresh.view.evaluate<boolean>('document.getElementById("update") === null')).toBe(true);
    expect(await fresh.view.evaluate<string>("edition")).toBe("second edition");
    expect(await fresh.view.evaluate<string>("lazy()")).toBe("lazy part of second edition");

    // A tab may still be closing while the next one opens, which would then load the old build, too.
    for (const page of pages) await page.view.navigate("about:blank");
    for (const page of pages.splice(0)) page.close();
    const last = await open();
    const builds = `caches.keys().then((names) => names.filter((name) => name.startsWith("bellbuoy-files-")).length)`;
    await last.until(`${builds}.then((count) => count === 1)`);
    await stopServer();
    await last.view.navigate(url);
    await last.until("globalThis.snapshot");
    expect(await last.view.evaluate<string>("edition + ', ' + await lazy()")).toBe(
      "second edition, lazy part of second edition",
    );
  });

  test("waits with a new build until the host has all of it, then opens it on request", async () => {
    startServer();
    const page = await open();
    await page.until("globalThis.snapshot && navigator.serviceWorker.controller");
    await buildPlayer(await writePage(join(dir, "third"), "third edition"), dist);
    // The host does not have the new scripts yet, and answers with the page.
    const index = () => new Response(Bun.file(join(dist, "index.html")));
    const known = await page.view.evaluate<string[]>(
      `caches.keys().then(async (names) => (await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))).flat().map(({ url }) => new URL(url).pathname))`,
    );
    intercept = (path) =>
      path.endsWith(".js") && path !== "/service-worker.js" && !known.includes(path) ? index() : null;
    const update = "navigator.serviceWorker.getRegistration().then((known) => known.update())";
    await page.view.evaluate(`${update}.then(async ({ installing }) => {
      while (installing && installing.state !== "redundant") await new Promise((done) => { installing.onstatechange = done; });
    })`);
    expect(await page.view.evaluate<boolean>('document.getElementById("update") === null')).toBe(true);
    intercept = () => null;
    await page.view.evaluate(`${update}.then(() => 0)`);
    await page.until('document.getElementById("update")');
    expect(await page.view.evaluate<string>("edition")).toBe("second edition");
    await page.view.click("#update button");
    await page.until('globalThis.edition === "third edition" && globalThis.snapshot');
    await stopServer();
    await page.view.navigate(url);
    await page.until("globalThis.snapshot");
    expect(await page.view.evaluate<string>("edition + ', ' + await lazy()")).toBe(
      "third edition, lazy part of third edition",
    );
    page.close();
    pages.length = 0;
  });

  test("loads an uncached part, even if the cache is full", async () => {
    startServer();
    const page = await open();
    await page.until("navigator.serviceWorker.controller");
    await page.view.evaluate(`caches.keys().then((names) => Promise.all(names.map(async (name) => {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if (request.url.includes("/lazy-")) await cache.delete(request);
    }))).then(() => 0)`);
    const origin = new URL(url).origin;
    await page.view.cdp("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
    expect(await page.view.evaluate<string>("lazy()")).toBe("lazy part of third edition");
    await page.view.cdp("Storage.overrideQuotaForOrigin", { origin });
  });
});
