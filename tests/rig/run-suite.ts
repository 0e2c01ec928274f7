// Starts the services that all tests share, runs the test files in parallel, and stops everything.

import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isAlive } from "../../services/dev/daemons/daemon.ts";
import { findRedis } from "../../services/dev/daemons/redis-program.ts";
import { installCommand } from "../../services/dev/install-command.ts";
import { StartError } from "../../shared/process/service-parts.ts";
import { bundleServices } from "./bundled-services.ts";
import { chromium, chromiumPackages, startChromium } from "./chromium.ts";
import { makeDataDir } from "./data-dir.ts";
import { startTestCluster } from "./database.ts";
import { failuresIn } from "./failures.ts";
import { runVariables } from "./run-addresses.ts";

const project = resolve(import.meta.dir, "../..");
/** Duration of each file in an earlier run, so that the slowest start first. */
const timings = "tests/timings.json";
/** More than the number of processors, since many tests wait for a timer, a sound or a process. */
const workers = availableParallelism() + 5;
/** Default time limit of a test: far more than any test takes on a busy machine. */
const testMs = 120_000;
const runFolder = /^bellbuoy-run-(\d+)-/;
/** Time limit for `bun test` to end after a signal. */
const endMs = 2_000;

type Part = { stop(): Promise<unknown> };

/**
 * Runs the tests: all of them, or those below the given paths.
 * @param args paths and flags of `bun test`
 * @param hints lines to print again before the counts
 * @returns the exit code: 0 only when every test has run and passed
 */
export async function runSuite(args: string[], hints: string[] = []): Promise<number> {
  removeFoldersOfDeadRuns();
  const folder = mkdtempSync(join(tmpdir(), `bellbuoy-run-${process.pid}-`));
  // The user that runs PostgreSQL, when root starts it, needs access.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  const parts: Promise<Part>[] = [];
  const interrupted = onInterrupt();
  try {
    const starting = startShared(parts, folder);
    const variables = await Promise.race([starting, interrupted]);
    if (variables === null) return 130;
    const run = runTests(args, variables, interrupted);
    return report(await run, hints);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(`bellbuoy: ${error.message}`);
    return 1;
  } finally {
    await Promise.all(parts.map((part) => part.then((started) => started.stop()).catch(printFailure)));
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/**
 * Starts PostgreSQL and Chromium, builds the player and bundles the services. @returns the variables that pass them on
 * @throws {StartError} without a Redis, before anything else starts
 */
async function startShared(parts: Promise<Part>[], folder: string): Promise<Record<string, string>> {
  // Each test file that needs a Redis starts its own. If the program is missing, it is downloaded once, before they start.
  await findRedis(console.log);
  const own = <P extends Part>(part: Promise<P>): Promise<P> => {
    parts.push(part);
    return part;
  };
  const data = makeDataDir();
  const cluster = own(data.then(startTestCluster));
  const browser = chromium === null ? null : own(startChromium(chromium));
  const services = join(folder, "bundle");
  // In a separate process: the build keeps a processor busy while the others wait for the disk.
  const build = Bun.spawn([process.execPath, "web/build/build.ts"], {
    cwd: project,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [exitCode] = await Promise.all([build.exited, bundleServices(services)]);
  if (exitCode !== 0) throw new Error("the player could not be built");
  const url = (await browser)?.url;
  return {
    [runVariables.postgres]: (await cluster).url,
    [runVariables.postgresData]: await data,
    [runVariables.player]: "built",
    [runVariables.services]: services,
    ...(url === undefined ? {} : { [runVariables.browser]: url }),
  };
}

type Outcome = { exitCode: number; passed: number; failed: number; notRun: number };

async function runTests(
  args: string[],
  variables: Record<string, string>,
  interrupted: Promise<null>,
): Promise<Outcome> {
  const flags = [
    "--no-orphans",
    `--parallel=${workers}`,
    "--no-isolate",
    `--timings=${timings}`,
    `--timeout=${testMs}`,
  ];
  const child = Bun.spawn([process.execPath, "test", ...flags, ...args], {
    cwd: project,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  void interrupted.then(() => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), endMs);
  });
  const [, said] = await Promise.all([pass(child.stdout, process.stdout), pass(child.stderr, process.stderr)]);
  // Again at the end, where the reader looks first.
  for (const failure of failuresIn(said)) console.log(`\n${failure}`);
  const count = (word: string) => Number(said.match(new RegExp(`^ *(\\d+) ${word}$`, "m"))?.[1] ?? 0);
  return {
    exitCode: await child.exited,
    passed: count("pass"),
    failed: count("fail"),
    notRun: count("skip") + count("todo"),
  };
}

function report({ exitCode, passed, failed, notRun }: Outcome, hints: string[]): number {
  for (const hint of hints) console.log(hint);
  if (chromium === null) {
    const command =
      installCommand(chromiumPackages) ?? "see https://www.chromium.org/getting-involved/download-chromium/";
    console.log(`Chromium is missing, and the tests of the page did not run. To install it: ${command}`);
  }
  console.log(`${passed} passed, ${failed} failed, ${notRun} not run`);
  const isPart = chromium === null || hints.length > 0;
  return exitCode === 0 && isPart ? 1 : exitCode;
}

/** Copies a stream to the output as it arrives. @returns its text */
async function pass(from: ReadableStream<Uint8Array>, to: NodeJS.WriteStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of from) {
    to.write(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

/** Resolves on the first signal to end this process. */
function onInterrupt(): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(null));
  return promise;
}

/** Removes the folders of killed runs. */
function removeFoldersOfDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(runFolder.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function printFailure(error: unknown): void {
  console.error(error);
}
