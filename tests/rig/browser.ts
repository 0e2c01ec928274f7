// Pages in a real Chromium; each has its own browser context unless it shares one.

import { type Chromium, chromium, startChromium } from "./chromium.ts";
import { connectDevTools, type DevTools } from "./devtools.ts";
import { browserUrl } from "./run-addresses.ts";

export { chromium };

/** Describes a page in a real Chromium, with the errors that it logged. */
export type Page = {
  view: View;
  /** `console.error`s, `console.warn`s and uncaught exceptions. */
  complaints: string[];
  /** Resolves with the value of an expression once it is truthy. @throws {Error} with the expression, after the time limit */
  until<T>(expression: string): Promise<T>;
  close(): void;
};

/** Offers the actions of a test on a page. */
export type View = {
  /** Resolves when the page has loaded. @throws {Error} when it cannot be loaded */
  navigate(url: string): Promise<void>;
  /** Evaluates an expression in the page, awaits its promise and returns the value, passed as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Sends a DevTools command to this page. */
  cdp<T = unknown>(method: string, params?: Record<string, unknown>): Promise<T>;
  /** Calls the handler for each DevTools event of this page. */
  on(method: string, handle: (params: Record<string, unknown>) => void): void;
  /** Clicks an element once it is visible and no longer moves, or a point in pixels from the top left. */
  click(target: string): Promise<void>;
  click(x: number, y: number): Promise<void>;
  /** Returns a PNG of the visible part of the page. */
  screenshot(): Promise<Uint8Array>;
};

/** Identifies a browser context: one visitor's cookies, caches, service workers and connections. */
export type Visitor = { contextId: string };

/** Longer than any step takes, even on a busy machine. */
const longestWaitMs = 60_000;

let browser: Promise<{ devTools: DevTools; own: Chromium | null }> | null = null;
const closing = new Set<Promise<unknown>>();
/** Clean tabs in their own windows, ready to use: a new window costs Chromium two seconds of processor time. */
const spare: Tab[] = [];

/** A tab of one visitor. */
type Tab = { targetId: string; contextId: string };

function connect() {
  browser ??= (async () => {
    const url = browserUrl();
    if (url !== null) return { devTools: await connectDevTools(url), own: null };
    if (chromium === null) throw new Error("no Chromium on this machine");
    const own = await startChromium(chromium);
    return { devTools: await connectDevTools(own.url), own };
  })();
  return browser;
}

/** Creates a browser context that several pages can share. Chromium removes it when this process ends. */
export async function createVisitor(): Promise<Visitor> {
  const { devTools } = await connect();
  const { browserContextId } = await devTools.send<{ browserContextId: string }>("Target.createBrowserContext", {
    disposeOnDetach: true,
  });
  return { contextId: browserContextId };
}

/**
 * Opens a page.
 * @param options.visitor the browser context to use; by default a new one
 * @param options.pixelRatio below 1, Chromium paints fewer pixels, but the page sees the same size
 * @param options.script runs in each document before the document's own scripts
 */
export async function openPage(
  url: string,
  options: { width?: number; height?: number; pixelRatio?: number; visitor?: Visitor; script?: string } = {},
): Promise<Page> {
  const { width = 1000, height = 700, pixelRatio = 1, visitor, script } = options;
  const { devTools } = await connect();
  await Promise.allSettled(closing);
  const tab = (visitor ? null : spare.pop()) ?? (await openTab(devTools, visitor ?? (await createVisitor())));
  const sessionId = await attach(devTools, tab);
  const view = createView(devTools, sessionId);
  const complaints = collectComplaints(view);
  await Promise.all([
    ...["Page", "Runtime", "Log"].map((domain) => view.cdp(`${domain}.enable`)),
    view.cdp("Page.setLifecycleEventsEnabled", { enabled: true }),
    view.cdp("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: pixelRatio, mobile: false }),
    view.cdp("Emulation.setFocusEmulationEnabled", { enabled: true }),
    script && view.cdp("Page.addScriptToEvaluateOnNewDocument", { source: script }),
  ]);
  if (url !== "about:blank") await view.navigate(url);
  return {
    view,
    complaints,
    until: (expression) => until(view, expression),
    close() {
      devTools.forget(sessionId);
      const { targetId } = tab;
      const closed = visitor ? devTools.send("Target.closeTarget", { targetId }) : wipe(devTools, tab, sessionId);
      closing.add(closed);
      closed.then(
        () => closing.delete(closed),
        (error) => console.error(`a page did not close: ${error.message}`),
      );
    },
  };
}

async function openTab(devTools: DevTools, { contextId }: Visitor): Promise<Tab> {
  const target = { url: "about:blank", browserContextId: contextId };
  const { targetId } = await devTools.send<{ targetId: string }>("Target.createTarget", target);
  return { targetId, contextId };
}

async function attach(devTools: DevTools, { targetId }: Tab): Promise<string> {
  const attaching = devTools.send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
  return (await attaching).sessionId;
}

/** Clears all data that a page has stored in its tab. DevTools emulation ends with the session. */
async function wipe(devTools: DevTools, tab: Tab, sessionId: string): Promise<void> {
  const view = createView(devTools, sessionId);
  const { entries } = await view.cdp<{ entries: { url: string }[] }>("Page.getNavigationHistory");
  await view.navigate("about:blank");
  const origins = new Set(entries.flatMap(({ url }) => (URL.canParse(url) ? new URL(url).origin : [])));
  origins.delete("null");
  for (const origin of origins) await view.cdp("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await view.cdp("Network.clearBrowserCache");
  await view.cdp("Page.resetNavigationHistory");
  devTools.forget(sessionId);
  await devTools.send("Target.detachFromTarget", { sessionId });
  spare.push(tab);
}

/** Closes the connection to Chromium, and Chromium itself if this process started it. Call it once, after the last test. */
export async function closeBrowser(): Promise<void> {
  if (browser === null) return;
  const { devTools, own } = await browser;
  browser = null;
  await Promise.allSettled(closing);
  spare.length = 0;
  devTools.close();
  await own?.stop();
}

function createView(devTools: DevTools, sessionId: string): View {
  const cdp = <T>(method: string, params?: Record<string, unknown>) => devTools.send<T>(method, params, sessionId);
  const loads = followLoads(devTools, sessionId);
  const view: View = {
    cdp,
    on: (method, handle) => devTools.on(sessionId, method, handle),
    async navigate(url) {
      const navigated = await cdp<{ loaderId?: string; errorText?: string }>("Page.navigate", { url });
      if (navigated.errorText) throw new Error(`${url}: ${navigated.errorText}`);
      // Without a loader it is the same document, at another fragment.
      if (navigated.loaderId) await loads.loaded(navigated.loaderId);
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await cdp<Evaluated>("Runtime.evaluate", {
        expression: `(async () => JSON.stringify(await (${expression})))()`,
        awaitPromise: true,
        userGesture: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value === undefined ? undefined : JSON.parse(result.value);
    },
    async click(target: string | number, y = 0) {
      const place = typeof target === "number" ? { x: target, y } : await until<Place>(view, placeOf(target));
      const button = { ...place, button: "left", clickCount: 1 };
      await cdp("Input.dispatchMouseEvent", { ...place, type: "mouseMoved" });
      await cdp("Input.dispatchMouseEvent", { ...button, type: "mousePressed" });
      await cdp("Input.dispatchMouseEvent", { ...button, type: "mouseReleased" });
    },
    async screenshot() {
      return Buffer.from((await cdp<{ data: string }>("Page.captureScreenshot")).data, "base64");
    },
  };
  return view;
}

type Place = { x: number; y: number };

type Evaluated = {
  result: { value?: string };
  exceptionDetails?: { text: string; exception?: { description?: string } };
};

/** Tracks which documents of a page have loaded. */
function followLoads(devTools: DevTools, sessionId: string): { loaded(loaderId: string): Promise<void> } {
  const done = new Set<unknown>();
  const waiting = new Map<unknown, () => void>();
  devTools.on(sessionId, "Page.lifecycleEvent", ({ name, loaderId }) => {
    if (name !== "load") return;
    done.add(loaderId);
    waiting.get(loaderId)?.();
  });
  return {
    loaded: (loaderId) =>
      new Promise((resolve) => {
        if (done.has(loaderId)) resolve();
        else waiting.set(loaderId, resolve);
      }),
  };
}

/** Returns an expression for the middle of an element that is visible, does not move and is not covered; else `null`. */
function placeOf(selector: string): string {
  return `(async () => {
    const element = document.querySelector(${JSON.stringify(selector)});
    if (!element) return null;
    element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const frame = () => new Promise((done) => requestAnimationFrame(() => done(element.getBoundingClientRect())));
    const [before, after] = [await frame(), await frame()];
    if (after.width === 0 || before.x !== after.x || before.y !== after.y) return null;
    const place = { x: after.x + after.width / 2, y: after.y + after.height / 2 };
    const hit = document.elementFromPoint(place.x, place.y);
    return hit && (element.contains(hit) || hit.contains(element)) ? place : null;
  })()`;
}

async function until<T>(view: View, expression: string): Promise<T> {
  const deadlineMs = performance.now() + longestWaitMs;
  // The page itself must check for truthy values: JSON cannot carry a function.
  const looked = `(async () => { const value = await (${expression}); return value ? { value } : null; })()`;
  for (let restMs = 10; performance.now() < deadlineMs; restMs = Math.min(1.5 * restMs, 100)) {
    const found = await view.evaluate<{ value: T } | null>(looked).catch((error: Error) => {
      // The page is navigating to another document.
      if (/context (was destroyed|with specified id)|Inspected target navigated/.test(error.message)) return null;
      throw error;
    });
    if (found) return found.value;
    await Bun.sleep(restMs);
  }
  throw new Error(`timed out after ${longestWaitMs / 1000} s waiting for: ${expression}`);
}

function collectComplaints(view: View): string[] {
  const complaints: string[] = [];
  view.on("Runtime.consoleAPICalled", ({ type, args }) => {
    if (type !== "error" && type !== "warning") return;
    const texts = (args as { value?: unknown; description?: string }[]).map(
      ({ value, description }) => description ?? String(value),
    );
    complaints.push(`${type}: ${texts.join(" ")}`);
  });
  view.on("Runtime.exceptionThrown", ({ exceptionDetails }) => {
    const { text, exception } = exceptionDetails as { text: string; exception?: { description?: string } };
    complaints.push(`exception: ${text} ${exception?.description ?? ""}`);
  });
  view.on("Log.entryAdded", ({ entry }) => {
    const { level, text } = entry as { level: string; text: string };
    if (level === "error") complaints.push(`log: ${text}`);
  });
  return complaints;
}
