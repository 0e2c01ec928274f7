// Starts a server for the examples in docs/examples, and runs an example against it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "../rig/observed.ts";
import { startStack } from "../rig/stack.ts";

/** Folder of the examples. */
export const examples = join(import.meta.dir, "../../docs/examples");

/** Controls a server whose stream the examples read. */
export type ExampleServer = {
  url: string;
  /** Stores and publishes one report per station, each a minute after the last. @returns the times of the reports */
  report(...stationIds: string[]): Promise<string[]>;
  /**
   * Runs an example for the stations 44009 and 46026 while the server restarts.
   * @returns the times of the five reports to expect, and the printed lines
   */
  runThroughRestart(command: string[]): Promise<{ reported: string[]; lines: string[] }>;
  stop(): Promise<void>;
};

/** Starts a server on an empty database. It keeps its port across restarts. */
export async function startExampleServer(): Promise<ExampleServer> {
  const workDir = await mkdtemp(join(tmpdir(), "bellbuoy-examples-"));
  const stack = await startStack();
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  let server = await stack.start("server", { PORT: `${port}` });
  let minute = Date.parse("2026-05-06T00:00:00Z");

  async function report(...stationIds: string[]): Promise<string[]> {
    const rows = stationIds.map((stationId, index) => {
      minute += 60_000;
      const values = index % 2 === 0 ? { waveHeightM: 1.5 } : {};
      return observed(stationId, new Date(minute).toISOString(), values);
    });
    await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
    await publishPending(stack.sql, stack.redis);
    return rows.map(({ observedAt }) => observedAt.toISOString());
  }

  async function untilListeners(count: number): Promise<void> {
    while ((await (await fetch(`${url}/health`)).json()).streams !== count) await Bun.sleep(10);
  }

  async function runThroughRestart(command: string[]) {
    // Starts with the next report, even if it is published before the server has read the start of the stream.
    const query = `stations=44009,46026&since=${new Date(minute + 60_000).toISOString()}`;
    const example = startExample([...command, url, query], workDir);
    try {
      await untilListeners(1);
      const reported = await report("44009", "46026");
      await report("51001");
      await example.printed(2);
      await server.stop();
      reported.push(...(await report("44009", "46026")));
      server = await stack.start("server", { PORT: `${port}` });
      await example.printed(4);
      reported.push(...(await report("46026")));
      await example.printed(5);
      return { reported, lines: example.lines };
    } finally {
      await example.stop();
      await untilListeners(0);
      await rm(join(workDir, "last-event-id.txt"), { force: true });
    }
  }

  return {
    url,
    report,
    runThroughRestart,
    async stop() {
      await stack.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** Starts a program that prints one line per report. */
function startExample(command: string[], cwd: string) {
  const child = Bun.spawn(command, { cwd, stderr: "ignore", detached: true });
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
      // The process group: a shell and its children.
      process.kill(-child.pid);
      await child.exited;
    },
  };
}
