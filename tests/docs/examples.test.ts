import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../services/dev/ports.ts";
import { publishPending } from "../../services/worker/publish.ts";
import { storePoll } from "../../services/worker/store.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { chromium, openPage } from "../rig/browser.ts";
import { observed } from "../rig/observed.ts";
import { type Service, startStack } from "../rig/stack.ts";

setDefaultTimeout(120_000);

const examples = join(import.meta.dir, "../../docs/examples");
const stack = await startStack();
const port = freePort();
const url = `http://127.0.0.1:${port}`;
let server: Service;
let workDir = "";

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "bellbuoy-examples-"));
  server = await stack.start("server", { PORT: `${port}` });
});
afterEach(async () => {
  await rm(join(workDir, "last-event-id.txt"), { force: true });
});
afterAll(async () => {
  await stack.stop();
  await rm(workDir, { recursive: true, force: true });
});

let minute = Date.parse("2026-05-06T00:00:00Z");

/** Stores a report a station, as a poll does, and publishes it. @returns the reports' times */
async function report(...stationIds: string[]): Promise<string[]> {
  const rows = stationIds.map((stationId, index) => {
    minute += 60_000;
    const values = index % 2 === 0 ? { waveHeightM: 1.5 } : {};
    return observed(stationId, new Date(minute).toISOString(), values);
  });
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows);
  await publishPending(stack.sql, stack.redis);
  return rows.map(({ observedAt }) => observedAt.toISOString());
}

async function untilListeners(count: number): Promise<void> {
  while ((await (await fetch(`${url}/health`)).json()).streams !== count) await Bun.sleep(10);
}

/** A program that prints a line a report. */
function run(command: string[]) {
  // From the next report on, even if it comes before the server has read where the stream begins.
  const query = `stations=44009,46026&since=${new Date(minute + 60_000).toISOString()}`;
  const child = Bun.spawn([...command, url, query], {
    cwd: workDir,
    stderr: "ignore",
    detached: true,
  });
  const lines: string[] = [];
  let check = () => {};
  void (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const complete = (rest + text).split("\n");
      rest = complete.pop() ?? "";
      lines.push(...complete);
      check();
    }
  })();
  return {
    lines,
    printed: (count: number) =>
      new Promise<void>((resolve) => {
        check = () => void (lines.length >= count && resolve());
        check();
      }),
    async stop() {
      // A shell and what it has started.
      process.kill(-child.pid);
      await child.exited;
      await untilListeners(0);
    },
  };
}

const programs: [string, string[], string?][] = [
  ["listen.sh", ["sh", join(examples, "listen.sh")], "curl"],
  ["listen.py", ["python3", join(examples, "listen.py")]],
  ["listen.mjs", [process.execPath, join(examples, "listen.mjs")]],
  ["listen.mjs", ["node", join(examples, "listen.mjs")]],
];

describe("The example", () => {
  for (const [name, command, needed = command[0] ?? ""] of programs) {
    test.skipIf(Bun.which(needed) === null)(
      `${name}, run by ${needed}, prints each report once, though the server restarts in between`,
      async () => {
        const example = run(command);
        try {
          await untilListeners(1);
          const times = await report("44009", "46026");
          await report("51001");
          await example.printed(2);
          await server.stop();
          times.push(...(await report("44009", "46026")));
          server = await stack.start("server", { PORT: `${port}` });
          await example.printed(4);
          times.push(...(await report("46026")));
          await example.printed(5);
          expect(example.lines.map((line) => line.match(/\d{4}-[\d:T-]+\.000Z/)?.[0])).toEqual(times);
          expect(example.lines.join("\n")).toMatch(/waves not measured|"waveHeightM":null/);
          expect(example.lines.join("\n")).toMatch(/waves of 1\.5 m|"waveHeightM":1\.5/);
        } finally {
          await example.stop();
        }
      },
    );
  }

  test.skipIf(!chromium)("listen.html shows each report, from a page of another origin", async () => {
    const page = await openPage(`file://${join(examples, "listen.html")}#${url}`);
    try {
      await page.until(`document.querySelector("#state").textContent.startsWith("listening")`);
      const [first, second] = await report("44009", "46026");
      await page.until(`document.querySelectorAll("#reports li").length === 2`);
      expect(
        await page.view.evaluate(`[...document.querySelectorAll("#reports li")].map((item) => item.textContent)`),
      ).toEqual([`${second} 46026: waves not measured`, `${first} 44009: waves of 1.5 m`]);
      expect(page.complaints).toEqual([]);
    } finally {
      page.close();
    }
  });
});
