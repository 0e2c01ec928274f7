// The service worker: opens the player offline.

import { cachedAtHeader } from "../../shared/client/cached-at.ts";
import { hashedName } from "../../shared/player/hashed-name.ts";

/** The global scope; the types of a page do not know that of a service worker. */
declare const self: ServiceWorkerScope;

const pageUrl = self.registration.scope;
/**
 * Opens the player offline. Files are cached per build until the last page of that build closes; a new worker waits for
 * this, so that no page loads scripts of another build. The server's last answers are cached as a fallback. The stream
 * is not cached. Hosts answer a missing script with the page, gateways answer anything with their own page, and
 * connections break: so each answer is checked before it is cached, and again when it is read.
 */
const filesCache = `bellbuoy-files-${buildVersion} ${pageUrl}`;
const answersCache = "bellbuoy-answers";

/** Paths of answers that are cached, each under its URL. */
const keptPath = /\/v1\/(conditions|stations|status|medians|observations\/by-station\/[^/]+)$/;
/** Answers per station or region, whose number has a limit; the whole network's past day is a single one. */
const many = /\/v1\/(medians\?|observations\/)/;
const maxOfMany = 50;
/** Statuses of a proxy whose server is down, or of a network that asks its user to log in. */
const serverAway = [502, 504, 511];
/** Time limit for the network; then the cached answer is used. */
const waitMs = 4_000;

type WorkerEvent = Event & { waitUntil(work: Promise<unknown>): void };
type FetchEvent = WorkerEvent & { request: Request; respondWith(response: Promise<Response>): void };
/** Types that TypeScript has only without the page's globals. */
type ServiceWorkerScope = {
  registration: { scope: string };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: WorkerEvent & MessageEvent<unknown>) => void): void;
};

/** Whether a user has asked for this version while pages of an older one are open. */
let isHurried = false;

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOldFiles().then(() => self.clients.claim())));
self.addEventListener("message", (event) => {
  isHurried = event.data === "activate";
  event.waitUntil(isHurried ? self.skipWaiting() : keepMissedAnswers(event.data));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET") return;
  if (keptPath.test(url.pathname)) event.respondWith(answer(event));
  else if (request.mode === "navigate" && isPage(url)) event.respondWith(openPage(event));
  else if (url.href.startsWith(pageUrl) && hashedName.test(url.pathname)) event.respondWith(readFile(event));
});

/** Caches all files of this build, except those that are cached already. @throws {Error} if the host lacks one */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(filesCache);
  const keep = async (file: string) => {
    const kept = await cache.match(file);
    if (!kept || !(await isRight(file, kept))) await cache.put(file, await fetchFile(file));
  };
  await Promise.all(["./", ...Object.keys(precacheFiles)].map(keep));
}

/** Fetches a file; the browser's own cache may hold a wrong answer, too. @throws {Error} if the host has none */
async function fetchFile(file: string): Promise<Response> {
  for (const cache of [file === "./" ? "no-cache" : "default", "reload"] as const) {
    const response = await fetch(file, { cache });
    if (await isRight(file, response)) return response;
  }
  throw new Error(`the host did not send ${file}`);
}

/** Returns whether an answer may be the file, by its headers. */
function seemsRight(file: string, { status, redirected, headers }: Response): boolean {
  const type = headers.get("Content-Type") ?? "";
  const isHtml = type.startsWith("text/html");
  const isFitting = file.endsWith(".js") ? type.includes("javascript") : !file.endsWith(".css") || type.includes("css");
  return status === 200 && !redirected && (file === "./" ? isHtml : !isHtml && isFitting);
}

/** Returns whether an answer is the file: of its type and, as far as known, whole. */
async function isRight(file: string, response: Response): Promise<boolean> {
  if (!seemsRight(file, response)) return false;
  try {
    const body = await response.clone().blob();
    if (file === "./") return isWholePage(await body.text(), pageFiles);
    return body.size > 0 && body.size === (precacheFiles[file] ?? body.size);
  } catch {
    // The connection broke, or the cache is damaged.
    return false;
  }
}

/** Returns whether a text is the whole page, with these files. A host may have added something to it. */
function isWholePage(html: string, files: readonly string[]): boolean {
  return html.includes("</html>") && files.every((file) => html.includes(`"${file}"`));
}

/**
 * Deletes older builds' files. Usually no page of an older build is open; after the user's request there may be one,
 * which needs the last build's files.
 */
async function forgetOldFiles(): Promise<void> {
  const isOlder = (name: string) => name !== filesCache && (name.endsWith(` ${pageUrl}`) || !name.includes(" "));
  const old = (await caches.keys()).filter((name) => name.startsWith("bellbuoy-files-") && isOlder(name));
  if (isHurried) old.pop();
  await Promise.all(old.map((name) => caches.delete(name)));
}

function isPage(url: URL): boolean {
  return [pageUrl, `${pageUrl}index.html`].includes(url.origin + url.pathname);
}

/** Returns the newest page from the network, or the cached one. Then repairs the cache. */
async function openPage(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await (await caches.open(filesCache)).match("./");
  event.waitUntil(keepFiles().catch(() => {}));
  if (!kept || !(await isRight("./", kept))) return fetch(request);
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(), waitMs);
  try {
    const response = await fetch(request, { signal: tooLate.signal });
    // No time limit after the response has begun: aborting it would truncate the page.
    clearTimeout(timer);
    // The browser follows a redirect, for example to a log-in, and shows a refusal.
    if (response.status < 200 || (response.status >= 300 && response.status < 500)) return response;
    const isOurs = seemsRight("./", response) && isWholePage(await response.clone().text(), ["bellbuoy-server"]);
    return isOurs ? response : kept;
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

/** Returns a file from the cache first: a name with a hash always has the same content. */
async function readFile(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const file = request.url.replace(pageUrl, "./");
  for (const name of [filesCache, ...(await caches.keys())]) {
    const kept = await (await caches.open(name)).match(request);
    if (kept && (await isRight(file, kept))) return kept;
  }
  const response = await fetch(request);
  const copy = response.clone();
  event.waitUntil(
    isRight(file, copy)
      .then(async (right) => right && (await caches.open(filesCache)).put(request, copy))
      // A full cache is no error: the page still gets the file.
      .catch(() => {}),
  );
  return response;
}

/**
 * Returns the server's answer, or the last cached one. An answer after the time limit is cached for the next request.
 */
async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = () => readAnswer(request.url);
  const asked = fetch(request);
  event.waitUntil(asked.then((response) => keepAnswer(request.url, response.clone())).catch(() => {}));
  const keptIfLate = async () => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return (await kept()) ?? asked;
  };
  try {
    const response = await Promise.race([asked, keptIfLate()]);
    const isForeign = serverAway.includes(response.status) || (response.ok && !isAnswer(response));
    return (isForeign ? await kept() : undefined) ?? response;
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

/** Returns whether a response may be an answer of the server, by its headers. */
function isAnswer({ status, redirected, headers }: Response): boolean {
  return status === 200 && !redirected && (headers.get("Content-Type") ?? "").startsWith("application/json");
}

/** Returns a cached answer; `undefined` if there is none, or if it is damaged. */
async function readAnswer(address: string): Promise<Response | undefined> {
  const kept = await (await caches.open(answersCache)).match(keyOf(address));
  return kept
    ?.clone()
    .json()
    .then(
      () => kept,
      () => undefined,
    );
}

/** A member that each answer has, by the end of its path. */
const members = [
  [/\/conditions$/, "conditions"],
  [/\/stations$/, "stations"],
  [/\/status$/, "version"],
  [/\/medians$/, "medians"],
  [/./, "observations"],
] as const;

/** Caches an answer of the server. @throws {Error} if it is not whole, or of another program */
async function keepAnswer(address: string, response: Response): Promise<void> {
  if (!isAnswer(response)) return;
  const body = await response.blob();
  const { pathname } = new URL(address);
  const [, member] = members.find(([path]) => path.test(pathname)) ?? members[4];
  if (!(member in JSON.parse(await body.text()))) throw new Error("this is no answer of a bellbuoy server");
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
  await Promise.allSettled(missed.map(async (address) => keepAnswer(address, await fetch(address))));
}
