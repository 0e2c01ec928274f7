// Tests of the terminal output of `bun run dev` and `bun run demo`.

import { expect, test } from "bun:test";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { createScreen, frame } from "../../services/dev/terminal/screen.ts";
import { describeOutage, type StackStatus, statusLine } from "../../services/dev/terminal/status.ts";
import { whyUnreachable } from "../../services/dev/terminal/unreachable.ts";
import { outageCodes } from "../../shared/outage.ts";
import { describeOutage as describeOutageOfPage } from "../../web/ui/connection-line.ts";

const nowMs = Date.UTC(2026, 10, 28, 12);
const status: StackStatus = {
  stations: 880,
  reports: 1234,
  listeners: 1,
  lastPollMs: nowMs - 12_000,
  problems: [],
};

/** Records output, and returns what a terminal of 40 columns shows after it. */
function createTerminal() {
  const parts: string[] = [];
  const written = () => parts.join("");
  return {
    out: { columns: 40, write: (text: string) => parts.push(text) > 0 },
    lines: () =>
      written()
        .split("\n")
        .map((line) => line.split("\r\x1b[K").at(-1)),
    written,
  };
}

test("on a terminal one live line stays below the printed lines, and never exceeds its width", () => {
  const terminal = createTerminal();
  const screen = createScreen(true, terminal.out);
  screen.live("Starting PostgreSQL and Redis…");
  screen.say(frame("bellbuoy is ready"));
  screen.live("880 stations · 1,234 reports · 1 listener · no problems");
  expect(terminal.lines()).toEqual([
    "╭─────────────────────╮",
    "│  bellbuoy is ready  │",
    "╰─────────────────────╯",
    "880 stations · 1,234 reports · 1 listen",
  ]);
  screen.close();
  expect(terminal.lines().at(-1)).toBe("");
});

test("without a terminal it prints plain lines without control characters", () => {
  const terminal = createTerminal();
  const screen = createScreen(false, terminal.out);
  screen.live("Starting PostgreSQL and Redis…");
  screen.say("bellbuoy is ready");
  screen.close();
  expect(terminal.written()).toBe("bellbuoy is ready\n");
});

test("the status line shows stations, reports, listeners, the last poll and problems", () => {
  expect(statusLine(status, nowMs, "")).toBe(
    "880 stations · 1,234 reports · 1 listener · last poll 12 s ago · no problems",
  );
  const stale = { ...status, lastPollMs: nowMs - 3_600_000, problems: ["NDBC does not answer"] };
  expect(statusLine(stale, nowMs, "")).toEndWith("last poll 60 min ago · NDBC does not answer");
});

test.each(outageCodes)("an outage has the same words on the terminal and on the page: %s", (code) => {
  for (const hours of [1, 30]) {
    const outage = { code, since: code === "never_polled" ? null : new Date(nowMs - hours * 3_600_000).toISOString() };
    expect(describeOutage(outage, nowMs)).toBe(describeOutageOfPage(outage, nowMs));
  }
});

test("the status line shows the problem until a poll has succeeded", () => {
  const cause = "NDBC cannot be reached: the name www.ndbc.noaa.gov cannot be resolved.";
  expect(statusLine({ ...status, lastPollMs: null }, nowMs, cause)).toBe(cause);
});

test("it finds out why NDBC cannot be reached: name resolution, refusal, or the environment's proxy", async () => {
  const port = freePort();
  // RFC 6761 guarantees that this name does not resolve.
  expect(await whyUnreachable("https://ndbc.invalid", {})).toBe("the name ndbc.invalid cannot be resolved");
  const refusal = `127.0.0.1 refuses connections on port ${port}`;
  expect(await whyUnreachable(`http://127.0.0.1:${port}`, {})).toBe(refusal);
  const https_proxy = `http://127.0.0.1:${port}`;
  expect(await whyUnreachable("https://ndbc.invalid", { https_proxy })).toBe(
    `${refusal} (the proxy that your environment sets)`,
  );
  expect(await whyUnreachable("https://www.ndbc.invalid", { https_proxy, no_proxy: "localhost,.ndbc.invalid" })).toBe(
    "the name www.ndbc.invalid cannot be resolved",
  );
  using open = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  expect(await whyUnreachable(`http://127.0.0.1:${open.port}`, { https_proxy })).toBeNull();
});
