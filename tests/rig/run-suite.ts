// Starts what all tests share, runs the test files side by side, and stops everything.

import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isAlive } from "../../services/dev/daemon.ts";
import { bundleServices } from "./bundled-services.ts";
import { chromium, startChromium } from "./chromium.ts";
import { makeDataDir } from "./data-dir.ts";
import { startTestCluster } from "./database.ts";
import { runVariables } from "./run-addresses.ts";

const project = resolve(import.meta.dir, "../..");
/** How long each file took in an earlier run: the slowest start first. */
const timings = "tests/timings.json";
/** More than there are processors, since many tests wait for a timer, a sound or a process. */
const workers = availableParallelism() + 2;
/** What a test may take where it sets no time of its own: far more than any takes on a busy machine. */
const testMs = 120_000;
const runFolder = /^bellbuoy-run-(\d+)-/;
/** `bun test` may take so long to end after it was asked to. */
const endMs = 2_000;

type Part = { stop(): Promise<unknown> };

/**
 * Runs the tests, all or those below the given paths.
 * @param args paths and flags of `bun test`
 * @param hints lines to print again before the counts
 * @returns the exit code: 0 only when every test ran and passed
 */
export async function runSuite(args: string[], hints: string[] = []): Promise<number> {
  removeFoldersOfDeadRuns();
  const folder = mkdtempSync(join(tmpdir(), `bellbuoy-run-${process.pid}-`));
  // The account that runs PostgreSQL for root must get through.
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
  } finally {
    await Promise.all(parts.map((part) => part.then((started) => started.stop()).catch(printFailure)));
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Starts PostgreSQL and Chromium, builds the player and bundles the services. @returns the variables that pass them on */
async function startShared(parts: Promise<Part>[], folder: string): Promise<Record<string, string>> {
  const own = <P extends Part>(part: Promise<P>): Promise<P> => {
    parts.push(part);
    return part;
  };
  const data = makeDataDir();
  const cluster = own(data.then(startTestCluster));
  const browser = chromium === null ? null : own(startChromium(chromium));
  const services = join(folder, "bundle");
  // A process of its own: it keeps a processor busy, while the others wait for the disk.
  const build = Bun.spawn([process.execPath, "web/build.ts"], { cwd: project, stdio: ["ignore", "ignore", "inherit"] });
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
    console.log(
      "Chromium is missing, and the tests of the page did not run. To install it: apt-get install -y chromium-headless-shell",
    );
  }
  console.log(`${passed} passed, ${failed} failed, ${notRun} not run`);
  const isPart = chromium === null || hints.length > 0;
  return exitCode === 0 && isPart ? 1 : exitCode;
}

/** Passes a stream on as it comes. @returns the end of it, where the counts are */
async function pass(from: ReadableStream<Uint8Array>, to: NodeJS.WriteStream): Promise<string> {
  const decoder = new TextDecoder();
  let end = "";
  for await (const bytes of from) {
    to.write(bytes);
    end = (end + decoder.decode(bytes, { stream: true })).slice(-4_000);
  }
  return end;
}

/** Resolves when a person or the system asks this process to end. */
function onInterrupt(): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(null));
  return promise;
}

/** A run that was killed could not remove its folder. */
function removeFoldersOfDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(runFolder.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function printFailure(error: unknown): void {
  console.error(error);
}
