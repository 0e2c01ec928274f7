// The Chromium of a test run: one process, to which each test process connects over DevTools.

import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OwnProcess, startDaemon } from "../../services/dev/daemons/daemon.ts";

/**
 * Chromium without a window, in which a page costs a fraction. The command of this name on Debian's PATH is a script that
 * waits for the program and would be ended in its place.
 */
const headlessShell = "/usr/lib/chromium/chromium-headless-shell";

/** Where Chromium is on this machine, or `null`. */
export const chromium = existsSync(headlessShell)
  ? headlessShell
  : (Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome"));

/** The packages that bring a Chromium which {@link chromium} finds. */
export const chromiumPackages = {
  apt: "chromium-headless-shell",
  dnf: "chromium",
  pacman: "chromium",
  apk: "chromium",
  brew: "--cask chromium",
};

/** A running Chromium. Its `url` is the WebSocket address of its DevTools. */
export type Chromium = Pick<OwnProcess, "stop"> & { url: string };

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  // A test clicks by itself; no person has to begin.
  "--autoplay-policy=no-user-gesture-required",
  // Many tests have a page open at the same time, and none of them is in the background.
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
  // No process for a page that may be opened next, and no page kept to go back to: both double what a page costs.
  "--disable-features=SpareRendererForSitePerProcess,BackForwardCache",
];

/**
 * Starts a headless Chromium with an empty profile. It ends with this process, whatever ends it.
 * @throws {Error} with the end of its log when it does not start
 */
export async function startChromium(program: string): Promise<Chromium> {
  const profile = mkdtempSync(join(tmpdir(), "bellbuoy-chromium-"));
  const command = [program, ...flags, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
  const daemon = await startDaemon({
    command,
    cwd: profile,
    logsTo: "stderr",
    ready: "devtools listening on",
    ask: "SIGTERM",
    insist: "SIGKILL",
  });
  return {
    url: await devToolsUrl(join(profile, "DevToolsActivePort")),
    async stop() {
      await daemon.stop();
      // Its child processes take a moment to end, and write until then.
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Reads the address from the file in the profile, which Chromium writes a moment after its log says that it is ready. */
async function devToolsUrl(file: string): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? await Bun.file(file).text() : "";
    const [port, path] = text.split("\n");
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await Bun.sleep(5);
  }
}
