// The service worker: opens the player offline.

import { cachedAtHeader } from "../../shared/client/cached-at.ts";
import { hashedName } from "../../shared/hashed-name.ts";

/**
 * Opens the player offline. Files are cached per build until the last page of that build closes; a new worker waits for
 * this, so that no page loads scripts of another build. The server's last answers are cached as a fallback. The stream
 * is not cached.
 */
const filesCache = `bellbuoy-files-${buildVersion}`;
const answersCache = "bellbuoy-answers";

/** Paths of answers that are cached, each under its URL. */
const keptPath = /\/v1\/(conditions|stations|status|medians|observations\/by-station\/[^/]+)$/;
/** Answers per station or region, whose number has a limit; the whole network's past day is a single one. */
const many = /\/v1\/(medians\?|observations\/)/;
const maxOfMany = 50;
/** Statuses of a proxy whose server is down. */
const serverAway = [502, 504];
/** Time limit for the network; then the cached answer is used. */
const waitMs = 4_000;

type WorkerEvent = Event & { waitUntil(work: Promise<unknown>): void };
type FetchEvent = WorkerEvent & { request: Request; respondWith(response: Promise<Response>): void };
/** Types that TypeScript has only without the page's globals. */
type ServiceWorkerScope = {
  registration: { scope: string };
  clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: WorkerEvent & MessageEvent<unknown>) => void): void;
};

const scope = globalThis as unknown as ServiceWorkerScope;
const pageUrl = scope.registration.scope;

scope.addEventListener("install", (event) => event.waitUntil(keepFiles()));
scope.addEventListener("activate", (event) => event.waitUntil(forgetOldFiles().then(() => scope.clients.claim())));
scope.addEventListener("message", (event) => event.waitUntil(keepMissedAnswers(event.data)));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET") return;
  if (keptPath.test(url.pathname)) event.respondWith(answer(event));
  else if (request.mode === "navigate" && isPage(url)) event.respondWith(openPage(request));
  else if (url.href.startsWith(pageUrl) && hashedName.test(url.pathname)) event.respondWith(readFile(event));
});

async function keepFiles(): Promise<void> {
  const cache = await caches.open(filesCache);
  // Bypass the HTTP cache for the page: its name is the same in every build.
  await cache.addAll(precacheFiles.map((file) => new Request(file, file === "./" ? { cache: "no-cache" } : {})));
}

/** Deletes older builds' files. Runs when no page of an older build is open. */
async function forgetOldFiles(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("bellbuoy-files-") && name !== filesCache);
  await Promise.all(old.map((name) => caches.delete(name)));
}

function isPage(url: URL): boolean {
  return [pageUrl, `${pageUrl}index.html`].includes(url.origin + url.pathname);
}

/** Returns the newest page from the network, or the cached one. */
async function openPage(request: Request): Promise<Response> {
  const kept = await (await caches.open(filesCache)).match("./");
  if (!kept) return fetch(request);
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), waitMs);
  try {
    const response = await fetch(request, { signal: tooLate.signal });
    return serverAway.includes(response.status) ? kept : response;
  } catch {
    return kept;
  } finally {
    // No time limit after the response has begun: aborting it would truncate the page.
    clearTimeout(timer);
  }
}

/** Returns a file from the cache first: a name with a hash always has the same content. */
async function readFile(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const copy = response.clone();
    // A full cache is no error: the page still gets the file.
    event.waitUntil(
      caches
        .open(filesCache)
        .then((cache) => cache.put(request, copy))
        .catch(() => {}),
    );
  }
  return response;
}

/**
 * Returns the server's answer, or the last cached one. An answer after the time limit is cached for the next request.
 */
async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = async () => (await caches.open(answersCache)).match(keyOf(request.url));
  const asked = fetch(request);
  event.waitUntil(
    asked.then((response) => (response.ok ? keepAnswer(request.url, response.clone()) : undefined)).catch(() => {}),
  );
  const keptIfLate = async () => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return (await kept()) ?? asked;
  };
  try {
    const response = await Promise.race([asked, keptIfLate()]);
    return (serverAway.includes(response.status) ? await kept() : undefined) ?? response;
  } catch (error) {
    const last = await kept();
    // The page has aborted its request, so it needs no answer.
    if (last && !request.signal.aborted) return last;
    throw error;
  }
}

/** Returns the URL without its times, which differ in each request. */
function keyOf(address: string): string {
  const url = new URL(address);
  url.searchParams.delete("since");
  url.searchParams.delete("until");
  return url.href;
}

async function keepAnswer(address: string, response: Response): Promise<void> {
  const body = await response.blob();
  const headers = { "Content-Type": body.type, [cachedAtHeader]: new Date().toISOString() };
  const cache = await caches.open(answersCache);
  const key = keyOf(address);
  // Delete first, so that keys are ordered by their last use.
  await cache.delete(key);
  await cache.put(key, new Response(body, { headers }));
  const kept = (await cache.keys()).filter(({ url }) => many.test(url));
  await Promise.all(kept.slice(0, Math.max(0, kept.length - maxOfMany)).map((old) => cache.delete(old)));
}

/**
 * Caches answers to requests that a page made before this worker was active; {@link registerServiceWorker} reports
 * them.
 */
async function keepMissedAnswers(addresses: unknown): Promise<void> {
  if (!Array.isArray(addresses)) return;
  const missed = addresses.map(String).filter((address) => keptPath.test(new URL(address).pathname));
  await Promise.allSettled(
    missed.map(async (address) => {
      const response = await fetch(address);
      if (response.ok) await keepAnswer(address, response);
    }),
  );
}
