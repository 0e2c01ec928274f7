// A private Redis, from the program on PATH.

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { StartError } from "../../../shared/service/service.ts";
import { daemonAccount, giveTo } from "./account.ts";
import { claimDirectory, endLeftover, type OwnProcess, startDaemon } from "./daemon.ts";
import { findRedis } from "./redis-program.ts";

/** A private Redis; it forgets everything when it stops. */
export type Redis = OwnProcess & { url: string };

/**
 * Starts the Redis (or Valkey) that {@link findRedis} finds, reachable by this user only, through a socket in a private
 * folder. For root it runs as the account that runs PostgreSQL.
 * @param options.port a port of 127.0.0.1 to listen on instead
 * @param options.socket where the socket is to be; in a temporary folder when absent
 * @param options.dir where it leaves its process id, so that the next start there ends it if this process is killed; a
 *   temporary one when absent
 * @param options.settings further ones, as in redis.conf
 * @param options.say receives one line before Redis is fetched; it goes to stderr when absent
 * @throws {StartError} saying how to install it, when there is none and it cannot be fetched; if another process uses `dir`; or
 *   with Redis's own words if it does not start
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
  // A path of at most 107 bytes, which that of a checkout may exceed.
  const socketDir = options.port || options.socket ? null : mkdtempSync(join(tmpdir(), "bellbuoy-socket-"));
  const { port, socket = join(socketDir ?? "", "redis.sock") } = options;
  const release = claimDirectory(dir);
  const cleanUp = async () => {
    release();
    for (const folder of [options.dir ? null : dir, socketDir]) {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    }
  };
  try {
    for (const folder of port ? [dir] : [dir, dirname(socket)]) giveTo(account, folder);
    const pidFile = join(dir, "redis.pid");
    await endLeftover(pidFile, pidFile, "SIGTERM");
    const daemon = await startDaemon({
      command: [
        program.path,
        ...settings(dir, pidFile, {
          ...options.settings,
          ...(port ? { port: String(port) } : { port: "0", unixsocket: socket }),
        }),
      ],
      cwd: dir,
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
    throw new StartError(`Redis did not start: ${(cause as Error).message}`, { cause });
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
    // The command line is what endLeftover knows it by.
    "set-proc-title": "no",
  };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}
