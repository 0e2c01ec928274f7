import type { Clock } from "../shared/clock.ts";
import { loadMedians } from "./api.ts";
import { deadline } from "./stream.ts";

/** The page has more urgent things to ask for when it opens. */
const keepFirstMs = 2_000;
const keepAgainMs = 30 * 60_000;
const lookMs = 60_000;

/**
 * Lets the player open without a network from now on, by a service worker beside the page. Browsers have those on https
 * and on this machine only; elsewhere this does nothing. A page that is measured (`?hook=1`) is left as it is.
 */
export async function registerServiceWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || new URL(location.href).searchParams.get("hook") === "1") return;
  const { serviceWorker } = navigator;
  try {
    // It comes into force while the page is open only where there was none.
    if (serviceWorker.controller === null)
      serviceWorker.addEventListener("controllerchange", tellAsked, { once: true });
    await serviceWorker.register("./service-worker.js");
  } catch (error) {
    console.info("no service worker:", error);
  }
}

/** What was asked before it was there went past it, also what is answered only now. */
function tellAsked(): void {
  const controlledAtMs = performance.now();
  new PerformanceObserver((list) => {
    const missed = list.getEntries().flatMap(({ name, startTime }) => (startTime < controlledAtMs ? [name] : []));
    if (missed[0]) navigator.serviceWorker.controller?.postMessage(missed);
  }).observe({ type: "resource", buffered: true });
}

/**
 * Has the service worker keep the network's past day, so that a page without a network has one to replay: asked for once
 * the page is in peace, and every half an hour while somebody looks at it and does not save data.
 */
export async function keepPastDay(server: string, clock: Clock): Promise<void> {
  await untilControlled();
  let dueAtMs = 0;
  const keepWhenDue = () => {
    if (document.hidden || !navigator.onLine || savesData() || clock.monotonicMs() < dueAtMs) return;
    dueAtMs = clock.monotonicMs() + keepAgainMs;
    // Without an answer there is nothing to keep, and the next one is asked for in its time.
    loadMedians(server, { bbox: null }, deadline(clock)).catch(() => {});
  };
  clock.after(keepFirstMs, keepWhenDue);
  clock.every(lookMs, keepWhenDue);
  document.addEventListener("visibilitychange", keepWhenDue);
}

/** Resolves when a service worker answers for the page, and never where there is none. */
async function untilControlled(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker?.controller) return;
  await new Promise((resolve) => serviceWorker?.addEventListener("controllerchange", resolve, { once: true }));
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
