// Child processes of the dev stack. PostgreSQL and Redis end with this process, even if it is killed.

import { Database } from "bun:sqlite";
import { existsSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, messageOf } from "../../../shared/errors.ts";
import { StartError } from "../../../shared/process/service-parts.ts";
import type { Account } from "./account.ts";

/** Controls a child process that this process started. */
export type OwnProcess = {
  pid: number;
  /** Resolves with the exit code when the process has ended. */
  exited: Promise<number>;
  /** For a daemon: resolves when it has ended, with the last error in its log; empty if there is none. */
  lastError?: Promise<string>;
  /** Asks the process to end, kills it after {@link stopDeadlineMs}, and waits for its end. May be called again. */
  stop(): Promise<void>;
};

/** Max time that a process may take to end when asked, in ms. */
export const stopDeadlineMs = 5_000;

/**
 * Takes ownership of a child process: it is killed when this process exits.
 * @param ask the signal that asks it to end
 * @param insist the signal that kills it
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
 * Starts PostgreSQL or Redis and waits until it is ready. The daemon runs in its own session, so that Ctrl-C in the terminal
 * does not stop it before the services that use it.
 * @param options.account the user to run as; default: the current user
 * @param options.env environment variables in addition to PATH
 * @param options.logsTo the output that carries its log
 * @param options.ready text in its log when it accepts connections, in lower case
 * @throws {Error} with the end of its log, if it ends before it is ready
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
  const isReady = Promise.withResolvers<void>();
  const lines = child[logsTo];
  if (!(lines instanceof ReadableStream)) throw new Error(`${logsTo} of ${command[0]} is no pipe`);
  const lastLines = readToEnd(lines, options.ready, isReady.resolve);
  void lastLines.then((lines) => isReady.reject(new Error(lines)));
  await isReady.promise;
  return { ...daemon, lastError: lastLines.then(lastErrorIn) };
}

/**
 * Returns a command prefix with which the kernel ends the daemon when this process is gone, even if it was killed or exits
 * without an exit event, as `bun test` does. Returns an empty list on systems without it; there {@link endLeftover} cleans up.
 */
function lifeline(ask: NodeJS.Signals): string[] {
  const setpriv = Bun.which("setpriv");
  if (!setpriv) return [];
  const prefix = [setpriv, "--pdeathsig", ask.replace("SIG", "")];
  // The setpriv of BusyBox does not have this option.
  return Bun.spawnSync([...prefix, "true"]).success ? prefix : [];
}

/** Creates a directory and its parents. @throws {StartError} with the remedy, if something else has its place */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw notWritable(directory, cause);
  }
}

function notWritable(directory: string, cause: unknown): StartError {
  const reason = messageOf(cause);
  return new StartError(`${directory} cannot be written (${reason}): make it a folder of yours, or remove it`, {
    cause,
  });
}

/**
 * Locks a directory for this process until the process ends or calls the returned function.
 * The operating system holds the lock (an SQLite lock), so a crash releases it.
 * @returns a function that releases the lock
 * @throws {StartError} if another process, or this one, already uses the directory
 */
export function claimDirectory(directory: string): () => void {
  makeDirectory(directory);
  let lock: Database;
  try {
    const path = join(directory, "lock");
    // SQLite would follow a link that another account has planted.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(path);
    lock = new Database(path, { create: true });
  } catch (cause) {
    throw notWritable(directory, cause);
  }
  try {
    lock.run("begin exclusive");
  } catch (cause) {
    lock.close();
    if (codeOf(cause) !== "SQLITE_BUSY") {
      const reason = messageOf(cause);
      throw new StartError(`${join(directory, "lock")} cannot be locked (${reason}): remove this file`, { cause });
    }
    throw new StartError(`${directory} is in use: another bellbuoy runs on it, stop that one first`);
  }
  return () => lock.close();
}

/**
 * Ends the daemon of a killed parent process, in a directory that this process has locked.
 * @param pidFile file with the daemon's process id in the first line, written by the daemon
 * @param directory part of the daemon's command line; it identifies the daemon if another process now has the id
 */
export async function endLeftover(pidFile: string, directory: string, stopSignal: NodeJS.Signals): Promise<void> {
  if (!existsSync(pidFile)) return;
  // It may be ending since its parent was killed, and remove the file at any time.
  const pid = Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10);
  const isOurs = async () => (await commandLine(pid)).includes(directory);
  // PostgreSQL would mistake the other process for itself and refuse to start.
  if (!(await isOurs())) return isAlive(pid) ? rm(pidFile, { force: true }) : undefined;
  signalTo(pid, stopSignal);
  const deadline = Date.now() + stopDeadlineMs;
  // There is no exit event for a process that is not a child, so poll.
  while (await isOurs()) {
    if (Date.now() > deadline) signalTo(pid, "SIGKILL");
    await Bun.sleep(20);
  }
}

/** Sends a signal to a process that may have ended meanwhile. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

/** Returns the last line that names a cause. A full disk is the cause of other errors. */
function lastErrorIn(lines: string): string {
  const errors = lines.split("\n").filter((line) => /FATAL|PANIC|ERROR|no space left/i.test(line));
  return errors.findLast((line) => /no space left/i.test(line)) ?? errors.at(-1) ?? "";
}

/** Reads the log to its end, also after the ready line: an unread pipe fills up and blocks the daemon. */
async function readToEnd(log: ReadableStream<Uint8Array>, ready: string, onReady: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let tail = "";
  for await (const chunk of log) {
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-4000);
    if (tail.toLowerCase().includes(ready)) onReady();
  }
  return tail.trim();
}

/** Returns whether a process with this id is running on this machine. */
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
