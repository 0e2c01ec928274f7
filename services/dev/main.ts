// Starts the development stack with one command: PostgreSQL, Redis, the simulated sea, worker, server and page.

import { constants, existsSync, openSync, rmSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { playerDir } from "../../shared/player-dir.ts";
import { httpUrl } from "../../shared/service/address.ts";
import { ConfigError, type Environment, readServerConfig, readWorkerConfig } from "../../shared/service/config.ts";
import { StartError } from "../../shared/service/service.ts";
import { asAccount, daemonAccount } from "./daemons/account.ts";
import { type OwnProcess, own, stopDeadlineMs } from "./daemons/daemon.ts";
import { freePort, requireFreePort } from "./daemons/ports.ts";
import { startPostgres } from "./daemons/postgres.ts";
import { startRedis } from "./daemons/redis.ts";
import { makeProjectFolder, makeSocketFolder } from "./folders.ts";
import { createScreen, frame } from "./terminal/screen.ts";
import { readStatus, statusLine } from "./terminal/status.ts";
import { whyUnreachable } from "./terminal/unreachable.ts";

/** A part of the stack: a child process, or the simulated sea, which runs in this process. */
type Part = Pick<OwnProcess, "stop" | "lastError"> & Partial<Pick<OwnProcess, "exited">>;

/** What `--pace` allows: seconds between two batches of the simulated sea. NDBC takes 300. */
const paces = [1, 60, 300];
const usualPace = 60;

const project = resolve(import.meta.dir, "../..");
const stackName = process.argv.includes("--demo") ? "demo" : "dev";

/** Whether the services log to a file: on a terminal, unless LOG_LEVEL=debug asks for the log itself. */
const isCalm = process.stdout.isTTY === true && process.env.LOG_LEVEL !== "debug";
const screen = createScreen(isCalm, process.stdout);
let log: { path: string; fd: number } | null = null;

/** Parts in start order. They are stopped in reverse. */
const parts: Promise<Part>[] = [];

/** Resolves with the exit code when the stack has to stop. Rejects with the reason when it cannot go on. */
const end = Promise.withResolvers<number>();
const stopping = new AbortController();

// Requests to this machine must not use a proxy. The services inherit this setting. Lower case takes precedence.
const { NO_PROXY, no_proxy = NO_PROXY } = process.env;
process.env.no_proxy = [no_proxy, "localhost", "127.0.0.1", "::1"].filter(Boolean).join(",");

let firstSignalAt = Number.NEGATIVE_INFINITY;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stopOnSignal);

startStack().catch(end.reject);
const exitCode = await end.promise.catch((error: unknown) => {
  screen.close();
  const isExpected = error instanceof ConfigError || error instanceof StartError;
  console.error(isExpected ? `bellbuoy ${stackName}: ${error.message}` : error);
  return 1;
});
stopping.abort();
screen.live("Stopping…");
await stopStack();
screen.close();
process.exit(exitCode);

/** Stops the parts in order on the first signal. Exits at once on the second, which also ends the remaining processes. */
function stopOnSignal(): void {
  if (!stopping.signal.aborted) {
    firstSignalAt = performance.now();
    end.resolve(0);
    return;
  }
  // The terminal sends Ctrl-C to `bun run` and to this process, and `bun run` forwards it once more. Ignore that copy.
  if (performance.now() - firstSignalAt > 500) process.exit(130);
}

async function startStack(): Promise<void> {
  const paceSeconds = readPace(process.argv);
  const { host, port: wantedPort } = readServerConfig(process.env);
  const port = wantedPort === 0 ? freePort() : wantedPort;
  requireFreePort(host, port);

  screen.live("Starting PostgreSQL and Redis…");
  const account = await daemonAccount();
  const folder = makeProjectFolder();
  if (isCalm) log = openLog(join(folder, `${stackName}.log`));
  const [databaseUrl, redisUrl, sea] = await startData(folder, makeSocketFolder(account), paceSeconds);

  screen.live("Starting worker, server and page…");
  const simulation = sea ? { NDBC_URL: sea.url, POLL_SECONDS: String(Math.ceil(paceSeconds / 12)) } : {};
  const env = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT: String(port), ...simulation };
  const unprivileged = asAccount(account, [process.execPath, join(project, "package.json")], port);
  await startService("services/worker/main.ts", env, unprivileged);
  await startService("web/build/build.ts", env);
  await untilTrue(async () => existsSync(join(playerDir, "index.html")));
  await startService("services/server/main.ts", env, unprivileged);

  const address = httpUrl(host === "0.0.0.0" || host === "::" ? "localhost" : host, port);
  await untilTrue(() => isReady(`${address}/ready`));
  const { lastPollMs } = await readStatus(address);
  const text = greeting(address, await describeSea(lastPollMs !== null), folder);
  screen.close();
  screen.say(text);
  if (isCalm) void followStatus(address);
}

/** Starts PostgreSQL and Redis unless the environment names them, and for `demo` the simulated sea. */
async function startData(folder: string, sockets: string, paceSeconds: number) {
  process.once("exit", () => rmSync(sockets, { recursive: true, force: true }));
  const { DATABASE_URL, REDIS_URL } = process.env;
  const dataDir = join(folder, `${stackName}-postgres`);
  const redis = { dir: join(folder, `${stackName}-redis`), socket: join(sockets, "redis.sock"), say: screen.say };
  return Promise.all([
    DATABASE_URL ??
      startPart("PostgreSQL", () => startPostgres({ dataDir, socketDir: sockets })).then(({ url }) => url),
    REDIS_URL ?? startPart("Redis", () => startRedis(redis)).then(({ url }) => url),
    stackName === "demo" ? startPart("The simulated sea", () => startSimulatedSea(paceSeconds)) : null,
  ]);
}

/** Describes the data source in one sentence. @param hasPolled whether any poll has ever succeeded, also before this start */
async function describeSea(hasPolled: boolean): Promise<string> {
  if (stackName === "demo") return "The sea is simulated; nothing comes from the internet.";
  const cause = await whyUnreachable(readWorkerConfig(process.env).ndbcUrl, process.env);
  if (cause !== null) return `NDBC cannot be reached: ${cause}. Without internet: run "demo".`;
  return hasPolled ? "The sea is live, from NOAA's buoys." : "Waiting for the first reports from NDBC.";
}

function greeting(address: string, sea: string, folder: string): string {
  const title = `bellbuoy is ready: ${address}`;
  const logs = log === null ? [] : [`Log: ${log.path}`];
  const lines = [sea, `Data: ${folder}`, ...logs, "Press Ctrl-C to stop."].map((line) => `  ${line}`);
  return [isCalm ? frame(title) : `\n  ${title}`, ...lines, ""].join("\n");
}

async function followStatus(address: string): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      const status = await readStatus(address);
      const sea = status.lastPollMs === null ? await describeSea(false) : "";
      showStatus(statusLine(status, Date.now(), sea));
    } catch {
      showStatus("The server is starting again…");
    }
    await Bun.sleep(2_000);
  }
}

/** Shows the status line, unless the stack is stopping and says so there. */
function showStatus(line: string): void {
  if (!stopping.signal.aborted) screen.live(line);
}

/** Opens and empties the log file. All writers share the descriptor, and so the write position. */
function openLog(path: string): { path: string; fd: number } {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  return { path, fd: openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644) };
}

/**
 * Starts a part unless the stack is already stopping. If the part ends by itself, the stack stops too.
 * @param reportedCode the exit code of a part that has printed the reason itself
 */
async function startPart<P extends Part>(name: string, start: () => Promise<P>, reportedCode?: number): Promise<P> {
  stopping.signal.throwIfAborted();
  const starting = start();
  parts.push(starting);
  const part = await starting;
  void part.exited?.then(async (code) => {
    if (code === reportedCode) return end.resolve(1);
    const reason = await part.lastError;
    end.reject(new StartError(`${name} has ended by itself with exit code ${code}${reason ? `: ${reason}` : ""}`));
  });
  return part;
}

async function stopStack(): Promise<void> {
  for (const part of parts.reverse()) {
    const stop = part.then((started) => started.stop()).catch(() => {});
    await Promise.race([stop, Bun.sleep(2 * stopDeadlineMs)]);
  }
}

/**
 * Runs one of the project's programs and restarts it when its files change. It ends even if this process is killed.
 * @param prefix the command that lowers its rights; the page's build keeps them, since it writes into the checkout
 */
function startService(program: string, env: Environment, prefix: string[] = []): Promise<OwnProcess> {
  const path = join(project, program);
  // The build watches its own files, because Bun's --watch misses files that only an HTML page refers to.
  const command = program === "web/build/build.ts" ? [path, "--watch"] : ["--watch", "--no-clear-screen", path];
  const start = async () => {
    const child = Bun.spawn([...prefix, process.execPath, "--no-orphans", ...command], {
      cwd: project,
      env,
      stdin: "ignore",
      stdout: log?.fd ?? "inherit",
      stderr: log === null ? "inherit" : "pipe",
      detached: true,
    });
    if (child.stderr) void showErrors(child.stderr);
    return own(child, "SIGTERM", "SIGKILL");
  };
  return startPart(program, start, 1);
}

/** Shows stderr at once: the reason why a service cannot start, or an error in the page's source. */
async function showErrors(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stderr) {
    const text = decoder.decode(chunk, { stream: true });
    screen.say(text.trimEnd());
    if (log !== null) writeIfPossible(log.fd, text);
  }
}

/** On a full disk the line is lost, but the terminal has it. */
function writeIfPossible(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch (error) {
    screen.say(`The log cannot be written: ${(error as Error).message}`);
  }
}

/** Reads `--pace`, the seconds between two batches of the simulated sea. @throws {StartError} if it is none of {@link paces} */
function readPace(args: string[]): number {
  const options = { demo: { type: "boolean" }, pace: { type: "string", default: String(usualPace) } } as const;
  const { pace } = parseArgs({ args: args.slice(2), options, strict: false, allowPositionals: true }).values;
  if (!paces.includes(Number(pace)))
    throw new StartError(`--pace is ${pace}, but must be ${paces.join(", ")} (seconds)`);
  return Number(pace);
}

async function startSimulatedSea(paceSeconds: number) {
  const { startSea } = await import("./sea/server.ts");
  return startSea({ port: 0, paceSeconds });
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
