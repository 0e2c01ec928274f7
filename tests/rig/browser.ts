import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A page in a real Chromium, and what went wrong in it. */
export type Page = {
  view: Bun.WebView;
  /** `console.error`s, `console.warn`s and uncaught exceptions. */
  complaints: string[];
  /** Resolves with the value of an expression once it is truthy. @throws {Error} that names it, when it never is */
  until<T>(expression: string): Promise<T>;
  close(): void;
};

/** Where Chromium is, or `null`: then tests that need it say so and the others run. */
export const chromium = Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome");

if (chromium === null) console.log("no Chromium on this machine: the tests that need it are skipped");

/** More than anything takes, also on a machine that does much else. */
const longestWaitMs = 30_000;

/** Opens a page; sound may begin without a person, so that a test can click. */
export async function openPage(url: string, size = { width: 1280, height: 800 }): Promise<Page> {
  const complaints: string[] = [];
  const view = new Bun.WebView({
    ...size,
    dataStore: { directory: profileDirectory() },
    backend: {
      type: "chrome",
      url: false,
      ...(chromium === null ? {} : { path: chromium }),
      argv: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
        "--autoplay-policy=no-user-gesture-required",
      ],
    },
    console: (type, ...args) => {
      if (type === "error" || type === "warn" || type === "warning") complaints.push(`${type}: ${args.join(" ")}`);
    },
  });
  await view.navigate("about:blank");
  view.addEventListener("Runtime.exceptionThrown", (event) => {
    const { exceptionDetails } = dataOf<{ exceptionDetails: { text: string } }>(event);
    complaints.push(`exception: ${exceptionDetails.text}`);
  });
  view.addEventListener("Log.entryAdded", (event) => {
    const { entry } = dataOf<{ entry: { level: string; text: string } }>(event);
    if (entry.level === "error") complaints.push(`log: ${entry.text}`);
  });
  await view.cdp("Runtime.enable");
  await view.cdp("Log.enable");
  await view.navigate(url);
  return {
    view,
    complaints,
    async until(expression) {
      const deadlineMs = performance.now() + longestWaitMs;
      while (performance.now() < deadlineMs) {
        const value = await view.evaluate(expression);
        if (value) return value as never;
        await Bun.sleep(20);
      }
      throw new Error(`waited for ${longestWaitMs / 1000} s in vain for: ${expression}`);
    },
    close: () => view.close(),
  };
}

/** Where the one Chromium of this process keeps what it must. Bun's own choice would be left behind. */
let profile: string | null = null;

function profileDirectory(): string {
  profile ??= mkdtempSync(join(tmpdir(), "bellbuoy-chromium-"));
  return profile;
}

/** Ends this process's Chromium, and removes what it has written; called once, by the preload, after the last test. */
export async function closeBrowser(): Promise<void> {
  if (profile === null) return;
  Bun.WebView.closeAll();
  // The processes that it had started take a moment to end, and write meanwhile.
  do {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await Bun.sleep(200);
  } while (existsSync(profile));
}

/** What a DevTools event carries. */
function dataOf<T>(event: unknown): T {
  return (event as { data: T }).data;
}
