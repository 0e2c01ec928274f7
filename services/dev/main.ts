// The development stack: PostgreSQL, Redis, the simulated sea, worker, server and page, from one command.

import { existsSync, openSync, rmSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { playerDir } from "../../shared/player-dir.ts";
import { httpUrl } from "../../shared/service/address.ts";
import { ConfigError, type Environment, readServerConfig, readWorkerConfig } from "../../shared/service/config.ts";
import { StartError } from "../../shared/service/service.ts";
import { daemonAccount } from "./daemons/account.ts";
import { type OwnProcess, own, stopDeadlineMs } from "./daemons/daemon.ts";
import { freePort, requireFreePort } from "./daemons/ports.ts";
import { startPostgres } from "./daemons/postgres.ts";
import { startRedis } from "./daemons/redis.ts";
import { makeProjectFolder, makeSocketFolder } from "./folders.ts";
import { createScreen, frame } from "./terminal/screen.ts";
import { readStatus, statusLine } from "./terminal/status.ts";
import { whyUnreachable } from "./terminal/unreachable.ts";

/** What the stack is made of: a process of ours, or the simulated sea, which lives in this one. */
type Part = Pick<OwnProcess, "stop"> & Partial<Pick<OwnProcess, "exited">>;

const project = resolve(import.meta.dir, "../..");
const stackName = process.argv.includes("--demo") ? "demo" : "dev";

/** On a terminal the services log to a file, unless the log is what a person wants to see. */
const isCalm = process.stdout.isTTY === true && process.env.LOG_LEVEL !== "debug";
const screen = createScreen(isCalm, process.stdout);
let log: { path: string; fd: number } | null = null;

/** In the order of their start; the last is stopped first. */
const parts: Promise<Part>[] = [];

/** Settled with the exit code when the stack shall stop, or with the reason why it cannot go on. */
const end = Promise.withResolvers<number>();
const stopping = new AbortController();

// What runs on this machine is not to be asked for through a proxy; the services inherit this. Lower case wins over upper.
const { NO_PROXY, no_proxy = NO_PROXY } = process.env;
process.env.no_proxy = [no_proxy, "localhost", "127.0.0.1", "::1"].filter(Boolean).join(",");

let toldAt = Number.NEGATIVE_INFINITY;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stopWhenTold);

startStack().catch(end.reject);
const exitCode = await end.promise.catch((error: unknown) => {
  screen.close();
  const forPeople = error instanceof ConfigError || error instanceof StartError;
  console.error(forPeople ? `bellbuoy ${stackName}: ${error.message}` : error);
  return 1;
});
stopping.abort();
screen.live("Stopping…");
await stopStack();
screen.close();
process.exit(exitCode);

/** The first time stops in order; the second does not wait, what still runs is ended as this process exits. */
function stopWhenTold(): void {
  if (!stopping.signal.aborted) {
    toldAt = performance.now();
    end.resolve(0);
    return;
  }
  // `bun run` passes on the Ctrl-C that the terminal has sent to both: soon after the first it is the same one.
  if (performance.now() - toldAt > 500) process.exit(130);
}

async function startStack(): Promise<void> {
  const { host, port: wantedPort } = readServerConfig(process.env);
  const port = wantedPort === 0 ? freePort() : wantedPort;
  requireFreePort(host, port);

  screen.live("Starting PostgreSQL and Redis…");
  const account = await daemonAccount();
  const folder = makeProjectFolder(account);
  if (isCalm) log = openLog(join(folder, `${stackName}.log`));
  const [databaseUrl, redisUrl, sea] = await startData(folder, makeSocketFolder(account));

  screen.live("Starting worker, server and page…");
  const simulation = sea ? { NDBC_URL: sea.url, POLL_SECONDS: "1" } : {};
  const env = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: String(port), ...simulation };
  await startService("services/worker/main.ts", env);
  await startService("web/build/build.ts", env);
  await untilTrue(async () => existsSync(join(playerDir, "index.html")));
  await startService("services/server/main.ts", env);

  const address = httpUrl(host === "0.0.0.0" || host === "::" ? "localhost" : host, port);
  await untilTrue(() => isReady(`${address}/ready`));
  const { lastPollMs } = await readStatus(address);
  const said = greeting(address, await describeSea(lastPollMs !== null), folder);
  screen.close();
  screen.say(said);
  if (isCalm) void followStatus(address);
}

/** Starts what the services need and the environment does not name. */
async function startData(folder: string, sockets: string) {
  process.once("exit", () => rmSync(sockets, { recursive: true, force: true }));
  const { DATABASE_URL, REDIS_URL } = process.env;
  const dataDir = join(folder, `${stackName}-postgres`);
  const redis = { dir: join(folder, `${stackName}-redis`), socket: join(sockets, "redis.sock"), say: screen.say };
  return Promise.all([
    DATABASE_URL ??
      startPart("PostgreSQL", () => startPostgres({ dataDir, socketDir: sockets })).then(({ url }) => url),
    REDIS_URL ?? startPart("Redis", () => startRedis(redis)).then(({ url }) => url),
    stackName === "demo" ? startPart("The simulated sea", startSimulatedSea) : null,
  ]);
}

/** Says what there is to hear. @param hasPolled whether any poll has ever succeeded */
async function describeSea(hasPolled: boolean): Promise<string> {
  if (stackName === "demo") return "The sea is simulated; nothing comes from the internet.";
  if (hasPolled) return "The sea is live, from NOAA's buoys.";
  const cause = await whyUnreachable(readWorkerConfig(process.env).ndbcUrl, process.env);
  if (cause === null) return "NDBC is being asked for its first reports.";
  return `NDBC cannot be reached: ${cause}. Without internet: run "demo".`;
}

function greeting(address: string, sea: string, folder: string): string {
  const title = `bellbuoy is ready: ${address}`;
  const logs = log === null ? [] : [`Log: ${log.path}`];
  const lines = [sea, `Data: ${folder}`, ...logs, "Ctrl-C ends it."].map((line) => `  ${line}`);
  return [isCalm ? frame(title) : `\n  ${title}`, ...lines, ""].join("\n");
}

async function followStatus(address: string): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      const status = await readStatus(address);
      const sea = status.lastPollMs === null ? await describeSea(false) : "";
      screen.live(statusLine(status, Date.now(), sea));
    } catch {
      screen.live("The server is starting again…");
    }
    await Bun.sleep(2_000);
  }
}

/** Opens the log file, and empties it. All that write to it share the descriptor, and so the position. */
function openLog(path: string): { path: string; fd: number } {
  return { path, fd: openSync(path, "w") };
}

/**
 * Starts a part unless the stack is stopping already; when the part ends by itself, so does the stack.
 * @param tellsWhyWith the exit code with which the part itself has told why
 */
async function startPart<P extends Part>(name: string, start: () => Promise<P>, tellsWhyWith?: number): Promise<P> {
  stopping.signal.throwIfAborted();
  const starting = start();
  parts.push(starting);
  const part = await starting;
  void part.exited?.then((code) => {
    if (code === tellsWhyWith) end.resolve(1);
    else end.reject(new StartError(`${name} has ended by itself with exit code ${code}`));
  });
  return part;
}

async function stopStack(): Promise<void> {
  for (const part of parts.reverse()) {
    const stop = part.then((started) => started.stop()).catch(() => {});
    await Promise.race([stop, Bun.sleep(2 * stopDeadlineMs)]);
  }
}

/** Runs one of the project's programs and runs it again when its files change. It ends even if this process is killed. */
function startService(program: string, env: Environment): Promise<OwnProcess> {
  const path = join(project, program);
  // The build watches its own files: Bun would not see those that only a page mentions.
  const command = program === "web/build/build.ts" ? [path, "--watch"] : ["--watch", "--no-clear-screen", path];
  const start = async () => {
    const child = Bun.spawn([process.execPath, "--no-orphans", ...command], {
      cwd: project,
      env,
      stdin: "ignore",
      stdout: log?.fd ?? "inherit",
      stderr: log === null ? "inherit" : "pipe",
      detached: true,
    });
    if (child.stderr) void showComplaints(child.stderr);
    return own(child, "SIGTERM", "SIGKILL");
  };
  return startPart(program, start, 1);
}

/** What a service writes to stderr is for a person at once: why it cannot start, or where the page's source is wrong. */
async function showComplaints(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stderr) {
    const text = decoder.decode(chunk, { stream: true });
    screen.say(text.trimEnd());
    if (log !== null) writeSync(log.fd, text);
  }
}

async function startSimulatedSea() {
  const { startSea } = await import("./sea/server.ts");
  return startSea({ port: 0 });
}

function isReady(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await Bun.sleep(50);
}
