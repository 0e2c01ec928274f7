// Starts the whole stack on this machine: PostgreSQL, Redis, both services, and for the demo the simulated sea.

import { join, resolve } from "node:path";
import { httpUrl } from "../../shared/service/address.ts";
import { ConfigError, type Environment, readServerConfig } from "../../shared/service/config.ts";
import { StartError } from "../../shared/service/service.ts";
import { type OwnProcess, own, stopDeadlineMs } from "./daemons/daemon.ts";
import { freePort, requireFreePort } from "./daemons/ports.ts";
import { defaultDataDir, startPostgres } from "./daemons/postgres.ts";
import { startRedis } from "./daemons/redis.ts";

/** What the stack is made of: a process of ours, or the simulated sea, which lives in this one. */
type Part = Pick<OwnProcess, "stop"> & Partial<Pick<OwnProcess, "exited">>;

const project = resolve(import.meta.dir, "../..");
const stackName = process.argv.includes("--demo") ? "demo" : "dev";

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
  const forPeople = error instanceof ConfigError || error instanceof StartError;
  console.error(forPeople ? `bellbuoy ${stackName}: ${error.message}` : error);
  return 1;
});
stopping.abort();
await stopStack();
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

  const { DATABASE_URL, REDIS_URL } = process.env;
  const [postgres, redis, sea] = await Promise.all([
    DATABASE_URL
      ? { url: DATABASE_URL }
      : startPart("PostgreSQL", () => startPostgres({ dataDir: defaultDataDir(`${stackName}-postgres`) })),
    REDIS_URL
      ? { url: REDIS_URL }
      : startPart("Redis", () => startRedis({ dir: defaultDataDir(`${stackName}-redis`) })),
    stackName === "demo" ? startPart("The simulated sea", startSimulatedSea) : null,
  ]);

  const simulation = sea ? { NDBC_URL: sea.url, POLL_SECONDS: "1" } : {};
  const env = { ...process.env, DATABASE_URL: postgres.url, REDIS_URL: redis.url, PORT: String(port), ...simulation };
  await startService("services/worker/main.ts", env);
  await startService("services/server/main.ts", env);
  await startService("web/build/build.ts", env);

  const address = httpUrl(host === "0.0.0.0" || host === "::" ? "localhost" : host, port);
  await untilReady(`${address}/ready`);
  console.log(greeting(address));
}

function greeting(address: string): string {
  const sea =
    stackName === "demo"
      ? "The sea is simulated; nothing comes from the internet."
      : "The sea is live, from NOAA's buoys.";
  return `\n  bellbuoy is ready: ${address}\n  ${sea}\n  Ctrl-C ends it.\n`;
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
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    return own(child, "SIGTERM", "SIGKILL");
  };
  return startPart(program, start, 1);
}

async function startSimulatedSea() {
  const { startSea } = await import("./sea/server.ts");
  return startSea({ port: 0 });
}

async function untilReady(url: string): Promise<void> {
  const isReady = () =>
    fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  while (!(await isReady())) await Bun.sleep(100);
}
