// Tests of `bun run dev` and `bun run demo`: what the stack serves, how it stops, and its errors at startup.

import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { startRedis } from "../../services/dev/daemons/redis.ts";
import { createDatabase } from "../rig/database.ts";

setDefaultTimeout(120_000);

const project = resolve(import.meta.dir, "../..");

/** A copy of the project, which protects the data and the built player of the real one. */
let copy: string;
let dataDir: string;
let stacks: Bun.Subprocess[] = [];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  for (const path of ["services", "shared", "web", "package.json", "bun.lock", "bunfig.toml"]) {
    await cp(join(project, path), join(copy, path), { recursive: true });
  }
  await symlink(join(project, "node_modules"), join(copy, "node_modules"));
  const { projectFolder } = await import(join(copy, "services/dev/folders.ts"));
  dataDir = projectFolder();
});

afterEach(async () => {
  for (const stack of stacks) {
    stack.kill();
    await stack.exited;
  }
  stacks = [];
});

afterAll(async () => {
  for (const dir of [dataDir, copy]) await rm(dir, { recursive: true, force: true });
});

test("`bun run demo` cleans up after a killed stack, keeps its data, serves the simulated sea, and stops completely on one Ctrl-C", async () => {
  const port = freePort();
  const env = { PORT: String(port), BACKFILL_HOURS: "1" };
  const first = Bun.spawn([process.execPath, "services/dev/main.ts", "--demo"], options(env));
  await untilSaid(first.stdout, "Press Ctrl-C to stop.");
  const stored = await eventId(port);
  first.kill("SIGKILL");
  await first.exited;

  const second = startStack("demo", env);
  const said = await untilSaid(second.stdout, "Press Ctrl-C to stop.");
  expect(said).toContain(`bellbuoy is ready: http://localhost:${port}\n`);
  expect(said).toContain("The sea is simulated");
  expect(said).toContain(`Data: ${dataDir}\n`);
  expect(await eventId(port)).toBeGreaterThanOrEqual(stored);
  // One of each. A new backend of PostgreSQL looks like its server for a moment.
  const daemons = () => processesOfTheStack().filter((line) => /postgres -D|redis-server/.test(line)).length;
  while (daemons() !== 2) await Bun.sleep(20);

  const stream = await fetch(`http://localhost:${port}/v1/observations/stream?since=2000-01-01T00:00:00Z`);
  if (!stream.body) throw new Error("no stream");
  expect(await untilSaid(stream.body, "event: observation")).toContain("event: connection");

  pressCtrlC(second);
  expect(await second.exited).toBe(0);
  expect(processesOfTheStack()).toEqual([]);
  await expect(fetch(`http://localhost:${port}/health`)).rejects.toThrow();
});

test("`bun run dev` uses your own database, Redis and IPv6 address, and says why NDBC cannot be reached", async () => {
  const redis = await startRedis();
  const services = { DATABASE_URL: await createDatabase(), REDIS_URL: redis.url };
  const stack = startStack("dev", { HOST: "::1", PORT: "0", NDBC_URL: "http://127.0.0.1:9", ...services });
  const said = await untilSaid(stack.stdout, "Press Ctrl-C to stop.");
  expect(said).toContain(
    'NDBC cannot be reached: 127.0.0.1 refuses connections on port 9. Without internet: run "demo".\n',
  );
  expect(said).toMatch(/bellbuoy is ready: http:\/\/\[::1\]:\d+\n/);
  expect(processesOfTheStack().filter((line) => /postgres -D|redis-server/.test(line))).toEqual([]);

  pressCtrlC(stack);
  expect(await stack.exited).toBe(0);
  await redis.stop();
});

test("a taken port gives a one-line error", async () => {
  using taken = Bun.serve({ port: 0, fetch: () => new Response() });
  expect(await failure({ PORT: String(taken.port) })).toBe(
    `bellbuoy dev: port ${taken.port} is taken: stop what listens there, or set PORT to another\n`,
  );
});

test("a wrong setting of the stack gives a one-line error", async () => {
  expect(await failure({ PORT: "abc" })).toBe(
    'bellbuoy dev: PORT is "abc", but must be a whole number from 0 (any free port) to 65535\n',
  );
});

test("a wrong setting of a service gives one error from that service, and the stack stops", async () => {
  // Reuses the data of the first test, because creating them takes long.
  expect(await failure({ PORT: "0", BACKFILL_HOURS: "never" }, "--demo")).toBe(
    'bellbuoy worker: BACKFILL_HOURS is "never", but must be a whole number from 0 (none) to 1080\n',
  );
  expect(processesOfTheStack()).toEqual([]);
});

test("a pace that the demo does not have gives one error, before anything starts", async () => {
  expect(await failure({ PORT: "0" }, "--demo", "--pace", "7")).toBe(
    "bellbuoy demo: --pace is 7, but must be 1, 60, 300 (seconds)\n",
  );
});

test("without Redis, one line says how to install it, and no process is left running", async () => {
  expect(await failure({ PORT: "0", PATH: join(copy, "nothing") })).toMatch(
    /^bellbuoy dev: no Redis found on this machine. To install it: .*, or set REDIS_URL\n$/,
  );
  expect(processesOfTheStack()).toEqual([]);
});

function options(env: Record<string, string>) {
  return {
    cwd: copy,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  } satisfies Bun.SpawnOptions.OptionsObject<"ignore", "pipe", "pipe">;
}

function startStack(command: "dev" | "demo", env: Record<string, string>) {
  const stack = Bun.spawn([process.execPath, "run", "--silent", command], options(env));
  stacks.push(stack);
  return stack;
}

/** Sends SIGINT as a terminal does: to `bun run` and to the stack. `bun run` then forwards it to the stack once more. */
function pressCtrlC(stack: Bun.Subprocess): void {
  const children = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(stack.pid)]).stdout.toString();
  for (const pid of [stack.pid, ...children.trim().split(/\s+/).map(Number)]) process.kill(pid, "SIGINT");
}

/** Runs `bun run dev` or `demo`, expects exit code 1 and returns its stderr. */
async function failure(env: Record<string, string>, ...flags: string[]): Promise<string> {
  const stack = Bun.spawn([process.execPath, "services/dev/main.ts", ...flags], options(env));
  const stderr = await new Response(stack.stderr).text();
  expect(await stack.exited).toBe(1);
  return stderr;
}

/** Returns the server's newest event id. */
async function eventId(port: number): Promise<number> {
  const response = await fetch(`http://localhost:${port}/v1/observations/latest`);
  return Number(((await response.json()) as { lastEventId: string }).lastEventId);
}

/** Reads output until it contains the text. @throws {Error} with the whole output if it ends before that */
async function untilSaid(output: ReadableStream<Uint8Array>, text: string): Promise<string> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of output.values({ preventCancel: true })) {
    said += decoder.decode(chunk, { stream: true });
    if (said.includes(text)) return said;
  }
  throw new Error(`it ended without saying "${text}", but:\n${said}`);
}

/** Lists all processes with the path of the copy or of its data in their command line. */
function processesOfTheStack(): string[] {
  const all = Bun.spawnSync(["ps", "-ww", "-eo", "args="]).stdout.toString().split("\n");
  return all.filter((line) => [copy, dataDir].some((path) => line.includes(path)));
}
