// Starts a private Redis.

import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { messageOf } from "../../../shared/errors.ts";
import { StartError } from "../../../shared/process/service-parts.ts";
import { daemonAccount, giveTo, keepForRoot } from "./account.ts";
import { claimDirectory, endLeftover, type OwnProcess, startDaemon } from "./daemon.ts";
import { findRedis } from "./redis-program.ts";

/** Controls a private Redis, which loses its data when it stops. */
export type Redis = OwnProcess & { url: string };

/**
 * Starts the Redis (or Valkey) that {@link findRedis} finds. Only this user can reach it, through a socket in a private folder.
 * For root it runs as the account that runs PostgreSQL.
 * @param options.port a port of 127.0.0.1 to listen on instead of a socket
 * @param options.socket path of the socket; default: in a temporary folder
 * @param options.dir folder for the process id, from which the next start ends a Redis whose starter was killed; default: a
 *   temporary folder
 * @param options.settings more settings, as in redis.conf
 * @param options.say receives one line before Redis is downloaded; default: stderr
 * @throws {StartError} with the command that installs Redis, if it can be neither found nor downloaded; if another process uses
 *   `dir`; or with Redis's own message if it does not start
 */
export async function startRedis(
  options: {
    port?: number;
    socket?: string;
    dir?: string;
    settings?: Record<string, string>;
    say?: (line: string) => void;
  } = {},
): Promise<Redis> {
  const program = await findRedis(options.say ?? console.error);
  const account = await daemonAccount();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "bellbuoy-redis-"));
  // Not in `dir`: its path may be longer than the 107 bytes that a socket may have.
  const socketDir = options.port || options.socket ? null : mkdtempSync(join(tmpdir(), "bellbuoy-socket-"));
  const { port, socket = join(socketDir ?? "", "redis.sock") } = options;
  mkdirSync(dir, { recursive: true });
  // The lock is in it, and what Redis writes is in a folder below.
  keepForRoot(dir);
  const release = claimDirectory(dir);
  const cleanUp = async () => {
    release();
    for (const folder of [options.dir ? null : dir, socketDir]) {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    }
  };
  try {
    const ownDir = join(dir, "run");
    mkdirSync(ownDir, { recursive: true, mode: 0o700 });
    for (const folder of port ? [ownDir] : [ownDir, dirname(socket)]) giveTo(account, folder);
    const pidFile = join(ownDir, "redis.pid");
    await endLeftover(pidFile, pidFile, "SIGTERM");
    const daemon = await startDaemon({
      command: [
        program.path,
        ...settings(ownDir, pidFile, {
          ...options.settings,
          ...(port ? { port: String(port) } : { port: "0", unixsocket: socket }),
        }),
      ],
      cwd: ownDir,
      account,
      env: program.env,
      logsTo: "stdout",
      ready: "ready to accept connections",
      ask: "SIGTERM",
      insist: "SIGKILL",
    });
    return {
      ...daemon,
      stop: () => daemon.stop().then(cleanUp),
      url: port ? `redis://127.0.0.1:${port}` : `unix:${socket}`,
    };
  } catch (cause) {
    await cleanUp();
    throw new StartError(`Redis did not start: ${messageOf(cause)}`, { cause });
  }
}

function settings(dir: string, pidFile: string, others: Record<string, string>): string[] {
  const values = {
    ...others,
    bind: "127.0.0.1",
    unixsocketperm: "700",
    save: "",
    appendonly: "no",
    "maxmemory-policy": "noeviction",
    dir,
    pidfile: pidFile,
    // endLeftover identifies Redis by its command line.
    "set-proc-title": "no",
  };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}
