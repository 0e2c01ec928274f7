// The Chromium of a test run: one process, which each test process controls over DevTools.

import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OwnProcess, startDaemon } from "../../services/dev/daemons/daemon.ts";

/**
 * Chromium's headless shell, in which a page costs far less. Debian's command of this name is a wrapper script: a signal
 * would end the script and not the program.
 */
const headlessShell = "/usr/lib/chromium/chromium-headless-shell";

/** Path of Chromium on this machine, or `null`. */
export const chromium = existsSync(headlessShell)
  ? headlessShell
  : (Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome"));

/** Names the packages with a Chromium that {@link chromium} finds. */
export const chromiumPackages = {
  apt: "chromium-headless-shell",
  dnf: "chromium",
  pacman: "chromium",
  apk: "chromium",
  brew: "--cask chromium",
};

/** Describes a running Chromium; `url` is the WebSocket address of its DevTools. */
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
  // A test clicks without a user gesture, so autoplay must be allowed.
  "--autoplay-policy=no-user-gesture-required",
  // Many tests have a page open at the same time; none of them may be throttled as a background page.
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
  // No spare renderer process and no back/forward cache: each doubles the cost of a page.
  "--disable-features=SpareRendererForSitePerProcess,BackForwardCache",
];

/**
 * Starts a headless Chromium with an empty profile. It ends with this process, even when this process is killed.
 * @throws {Error} with the last lines of its log when it does not start
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
      // Its child processes take a moment to end, and write files until then.
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Reads the address from a file in the profile. Chromium writes the file a moment after it logs that it is ready. */
async function devToolsUrl(file: string): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? await Bun.file(file).text() : "";
    const [port, path] = text.split("\n");
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await Bun.sleep(5);
  }
}
