// Registers the service worker and keeps the past day available offline.

import { loadMedians } from "../../shared/client/api.ts";
import { deadline } from "../../shared/client/deadline.ts";
import type { Clock } from "../../shared/clock.ts";

/** Delay after the page has opened: it has more urgent requests first. */
const keepFirstMs = 2_000;
const keepAgainMs = 30 * 60_000;
const lookMs = 60_000;

/**
 * Registers the service worker beside the page, so that the player opens offline. Browsers allow service workers only
 * on https and on localhost; elsewhere this does nothing. A measured page (`?hook=1`) gets none.
 */
export async function registerServiceWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || new URL(location.href).searchParams.get("hook") === "1") return;
  const { serviceWorker } = navigator;
  try {
    // A new service worker controls an open page only if the page had none.
    if (serviceWorker.controller === null)
      serviceWorker.addEventListener("controllerchange", reportRequests, { once: true });
    const registration = await serviceWorker.register("./service-worker.js");
    if (serviceWorker.controller !== null) (await import("./update.ts")).offerUpdate(registration);
  } catch (error) {
    console.info("could not register the service worker:", error);
  }
}

/** Reports requests that the page made before the service worker controlled it, also those still open. */
function reportRequests(): void {
  const controlledAtMs = performance.now();
  new PerformanceObserver((list) => {
    const missed = list.getEntries().flatMap(({ name, startTime }) => (startTime < controlledAtMs ? [name] : []));
    if (missed[0]) navigator.serviceWorker.controller?.postMessage(missed);
  }).observe({ type: "resource", buffered: true });
}

/**
 * Makes the service worker cache the network's past day, so that an offline page can replay it: once after the start,
 * then every half hour while the page is visible and the user does not save data.
 */
export async function keepPastDay(server: string, clock: Clock): Promise<void> {
  await untilControlled();
  let dueAtMs = 0;
  const keepWhenDue = () => {
    if (document.hidden || !navigator.onLine || savesData() || clock.monotonicMs() < dueAtMs) return;
    dueAtMs = clock.monotonicMs() + keepAgainMs;
    // Without an answer there is nothing to cache; the next request follows later.
    loadMedians(server, { bbox: null }, deadline(clock)).catch(() => {});
  };
  clock.after(keepFirstMs, keepWhenDue);
  clock.every(lookMs, keepWhenDue);
  document.addEventListener("visibilitychange", keepWhenDue);
}

/** Resolves when a service worker controls the page; never if there is none. */
async function untilControlled(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker?.controller) return;
  await new Promise((resolve) => serviceWorker?.addEventListener("controllerchange", resolve, { once: true }));
}

// TypeScript's types have no Network Information API: only Chromium has it.
declare global {
  interface Navigator {
    readonly connection?: { readonly saveData?: boolean };
  }
}

function savesData(): boolean {
  return navigator.connection?.saveData === true;
}
