// Offers a new version of the page.

import { find, make } from "../dom/dom.ts";
import * as words from "../words/english/connection.ts";

/**
 * Offers the waiting version of the page, now or as soon as there is one, unless the page is that version already.
 * Another tab's page may go on: the service worker keeps its files.
 */
export function offerUpdate(registration: ServiceWorkerRegistration): void {
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", () => void offerWaiting(registration));
  });
  void offerWaiting(registration);
  // A page may stay open for weeks, and browsers look for a new version only when a page opens.
  document.addEventListener("visibilitychange", () => {
    // Without a network there is no new version.
    if (!document.hidden) registration.update().catch(() => {});
  });
}

async function offerWaiting({ waiting }: ServiceWorkerRegistration): Promise<void> {
  if (waiting === null || document.getElementById("update") || (await isNewest())) return;
  const reload = make("button", { type: "button", className: "plain", textContent: words.reload });
  reload.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    waiting.postMessage("activate");
  });
  find("status", HTMLElement).append(make("p", { id: "update" }, words.newVersion, " ", reload));
}

/** Returns whether the files of this page are those that the newest service worker keeps. */
async function isNewest(): Promise<boolean> {
  const newest = (await caches.keys()).filter((name) => name.endsWith(` ${new URL(".", location.href)}`)).at(-1);
  const files = document.querySelectorAll<HTMLScriptElement & HTMLLinkElement>("script[src], link[rel=stylesheet]");
  const kept = Array.from(files, ({ src, href }) => caches.match(src || href, { cacheName: newest ?? "" }));
  return !(await Promise.all(kept)).includes(undefined);
}
