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
    console.info("the player will not open without a network:", error);
  }
}

/** What was asked before it was there went past it. */
function tellAsked(): void {
  const asked = performance.getEntriesByType("resource").map(({ name }) => name);
  navigator.serviceWorker.controller?.postMessage([...new Set(asked)]);
}
