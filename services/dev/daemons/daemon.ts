// Child processes of the dev stack: PostgreSQL and Redis end when this process ends, however it ends.

import { Database } from "bun:sqlite";
import { existsSync, mkdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "../../../shared/service/service.ts";
import type { Account } from "./account.ts";

/** A process that this one started and ends. */
export type OwnProcess = {
  pid: number;
  /** Its exit code, once it has ended for whatever reason. */
  exited: Promise<number>;
  /** Asks it to end, insists after {@link stopDeadlineMs}, and waits until it is gone; harmless when it already is. */
  stop(): Promise<void>;
};

/** How long a process may take to end when asked, in milliseconds. */
export const stopDeadlineMs = 5_000;

/**
 * Takes charge of a child: it is ended when this process exits.
 * @param ask the signal that asks it to end
 * @param insist the signal that ends it at once
 */
export function own(child: Bun.Subprocess, ask: NodeJS.Signals, insist: NodeJS.Signals): OwnProcess {
  const end = () => child.kill(insist);
  process.once("exit", end);
  void child.exited.then(() => process.off("exit", end));
  return {
    pid: child.pid,
    exited: child.exited,
    async stop() {
      child.kill(ask);
      const insisting = setTimeout(end, stopDeadlineMs);
      await child.exited;
      clearTimeout(insisting);
    },
  };
}

/**
 * Starts PostgreSQL or Redis in a session of its own, so that Ctrl-C in the terminal does not reach it before those that
 * use it have ended, and waits until it is ready.
 * @param options.account the user to run as; the one who runs this process when absent
 * @param options.env what it needs in its environment, PATH apart
 * @param options.logsTo where it writes its log
 * @param options.ready what its log says once it accepts connections, in lower case
 * @throws {Error} with the end of its log, if it ends before that
 */
export async function startDaemon(options: {
  command: string[];
  cwd: string;
  account?: Account | undefined;
  env?: Record<string, string>;
  logsTo: "stdout" | "stderr";
  ready: string;
  ask: NodeJS.Signals;
  insist: NodeJS.Signals;
}): Promise<OwnProcess> {
  const { command, cwd, account, logsTo } = options;
  const child = Bun.spawn([...lifeline(options.ask), ...command], {
    cwd,
    ...account,
    env: { PATH: process.env.PATH, LC_ALL: "C", ...options.env },
    stdio: ["ignore", logsTo === "stdout" ? "pipe" : "ignore", logsTo === "stderr" ? "pipe" : "ignore"],
    detached: true,
  });
  const daemon = own(child, options.ask, options.insist);
  await untilReady(child[logsTo] as ReadableStream<Uint8Array>, options.ready);
  return daemon;
}

/**
 * What to put before a command, so that the kernel ends it when this process is gone, were it killed or without a word,
 * as `bun test` goes. Empty where there is no such thing; {@link endLeftover} clears away there.
 */
function lifeline(ask: NodeJS.Signals): string[] {
  const setpriv = Bun.which("setpriv");
  if (!setpriv) return [];
  const prefix = [setpriv, "--pdeathsig", ask.replace("SIG", "")];
  // BusyBox has a setpriv without this option.
  return Bun.spawnSync([...prefix, "true"]).success ? prefix : [];
}

/**
 * Makes sure that this process alone uses a directory, until it calls what is returned here or ends in any way.
 * Held by the operating system (as SQLite's lock), so that no crash leaves it behind.
 * @throws {StartError} if another process, or this one, uses the directory already
 */
export function claimDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const lock = new Database(join(directory, "lock"), { create: true });
  try {
    lock.run("begin exclusive");
  } catch {
    lock.close();
    throw new StartError(`${directory} is in use: another bellbuoy runs on it, stop that one first`);
  }
  return () => lock.close();
}

/**
 * Ends the daemon that a killed parent has left running in a directory which this process has claimed.
 * @param pidFile where the daemon itself wrote its process id, as the first line
 * @param directory stands in the daemon's command line, which tells it from a stranger that got its process id
 */
export async function endLeftover(pidFile: string, directory: string, stopSignal: NodeJS.Signals): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(await readFile(pidFile, "utf8"), 10);
  const isOurs = async () => (await commandLine(pid)).includes(directory);
  // PostgreSQL would take the stranger for itself, and refuse to start.
  if (!(await isOurs())) return isAlive(pid) ? rm(pidFile) : undefined;
  process.kill(pid, stopSignal);
  const deadline = Date.now() + stopDeadlineMs;
  // Nothing tells when a process ends that is not one's own child.
  while (await isOurs()) {
    if (Date.now() > deadline) process.kill(pid, "SIGKILL");
    await Bun.sleep(20);
  }
}

async function untilReady(log: ReadableStream<Uint8Array>, ready: string): Promise<void> {
  const isReady = Promise.withResolvers<void>();
  void readToEnd(log, ready, isReady.resolve).then((lastLines) => isReady.reject(new Error(lastLines)));
  return isReady.promise;
}

/** Reads on after the ready line too: a daemon whose log nobody reads stands still once the pipe is full. */
async function readToEnd(log: ReadableStream<Uint8Array>, ready: string, onReady: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let tail = "";
  for await (const chunk of log) {
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-4000);
    if (tail.toLowerCase().includes(ready)) onReady();
  }
  return tail.trim();
}

/** Returns whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return Bun.$`ps -ww -o command= -p ${pid}`.nothrow().text();
}
