import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartError } from "../../shared/service.ts";
import { claimDirectory, endLeftover, type OwnProcess, startDaemon } from "./daemon.ts";

/** A private Redis; it forgets everything when it stops. */
export type Redis = OwnProcess & { url: string };

/**
 * Starts the Redis (or Valkey) found on PATH, reachable by this user only, through a socket in a private folder.
 * @param options.port a port of 127.0.0.1 to listen on instead
 * @param options.socket where the socket is to be; in a temporary folder when absent
 * @param options.dir where it leaves its process id, so that the next start there ends it if this process is killed; a
 *   temporary one when absent
 * @param options.settings further ones, as in redis.conf
 * @throws {StartError} saying how to install it, when there is none; if another process uses `dir`; or with Redis's own
 *   words if it does not start
 */
export async function startRedis(
  options: { port?: number; socket?: string; dir?: string; settings?: Record<string, string> } = {},
): Promise<Redis> {
  const program = Bun.which("redis-server") ?? Bun.which("valkey-server");
  if (!program) throw new StartError(`no Redis found on this machine. To install it: ${installCommand()}`);
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
    const pidFile = join(dir, "redis.pid");
    await endLeftover(pidFile, pidFile, "SIGTERM");
    const daemon = await startDaemon({
      command: [
        program,
        ...settings(dir, pidFile, {
          ...options.settings,
          ...(port ? { port: String(port) } : { port: "0", unixsocket: socket }),
        }),
      ],
      cwd: dir,
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

function installCommand(): string {
  const commands = {
    apt: "sudo apt install redis-server",
    dnf: "sudo dnf install valkey",
    pacman: "sudo pacman -S valkey",
    apk: "sudo apk add redis",
    brew: "brew install redis",
  };
  const found = Object.entries(commands).find(([program]) => Bun.which(program));
  return `${found?.[1] ?? "see https://redis.io/docs/latest/operate/oss_and_stack/install/"}, or set REDIS_URL`;
}
