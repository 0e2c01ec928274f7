import { hashedName } from "../../shared/hashed-name.ts";
import { cachedAtHeader } from "../net/cached-at.ts";

/**
 * Makes the player open without a network. Its files are kept per build, and a build's files stay until the last page of it
 * is closed (a new worker waits until then), so that no page is given another build's scripts. What the server last said
 * is kept beside them, for when it cannot be asked. The stream is left alone.
 */
const filesCache = `bellbuoy-files-${buildVersion}`;
const answersCache = "bellbuoy-answers";

/** Answers that are kept, each under its address. */
const keptPath = /\/v1\/(conditions|stations|status|medians|observations\/by-station\/[^/]+)$/;
/** Of these there are as many as stations and regions that somebody looks at; the whole network's past day is one. */
const many = /\/v1\/(medians\?|observations\/)/;
const mostOfMany = 50;
/** What a proxy answers whose server is away. */
const serverAway = [502, 504];
/** Without an answer by then, what is kept takes its place: a network that swallows all is none. */
const waitMs = 4_000;

type WorkerEvent = Event & { waitUntil(work: Promise<unknown>): void };
type FetchEvent = WorkerEvent & { request: Request; respondWith(response: Promise<Response>): void };
/** What TypeScript knows only where it does not know the page's globals. */
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
  // The page is asked for anew: its name is the same in every build.
  await cache.addAll(precacheFiles.map((file) => new Request(file, file === "./" ? { cache: "no-cache" } : {})));
}

/** Runs once no page of an older build is open. */
async function forgetOldFiles(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("bellbuoy-files-") && name !== filesCache);
  await Promise.all(old.map((name) => caches.delete(name)));
}

function isPage(url: URL): boolean {
  return [pageUrl, `${pageUrl}index.html`].includes(url.origin + url.pathname);
}

/** The newest page where there is a network, else the one that is kept. */
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
    // What has begun to come may take its time: cut off, it would be half a page.
    clearTimeout(timer);
  }
}

/** A file with a hash in its name is the same wherever it comes from. */
async function readFile(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const copy = response.clone();
    // Where there is no room for it, it is there all the same.
    event.waitUntil(
      caches
        .open(filesCache)
        .then((cache) => cache.put(request, copy))
        .catch(() => {}),
    );
  }
  return response;
}

/** What the server says now, or what it last said. What comes too late is kept for the next time. */
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
    // A page that has given up wants no answer.
    if (last && !request.signal.aborted) return last;
    throw error;
  }
}

/** The address without the times in it, which differ at every asking. */
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
  // Deleted first, so that the keys stand in the order in which they were last answered.
  await cache.delete(key);
  await cache.put(key, new Response(body, { headers }));
  const kept = (await cache.keys()).filter(({ url }) => many.test(url));
  await Promise.all(kept.slice(0, Math.max(0, kept.length - mostOfMany)).map((old) => cache.delete(old)));
}

/** What a page had asked before this worker was there: {@link registerServiceWorker} tells it. */
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
