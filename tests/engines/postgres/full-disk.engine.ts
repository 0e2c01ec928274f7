// A disk that fills up below PostgreSQL or below the log: services say so, and go on when there is space again.

import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../../services/dev/daemons/postgres.ts";
import { startRedis } from "../../../services/dev/daemons/redis.ts";
import { connectSql } from "../../../shared/database/sql.ts";
import { followServices } from "../../failover/followed-services.ts";
import { copyDataDir } from "../../rig/data-dir.ts";
import { isMissing } from "../programs.ts";

setDefaultTimeout(180_000);

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Only root may mount a small disk. */
const cannotMount = isMissing("mount") || process.getuid?.() !== 0;

/** Mounts an empty disk in memory. @returns its folder */
async function mountDisk(size: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bellbuoy-disk-"));
  await Bun.$`mount -t tmpfs -o size=${size},mode=711 none ${folder}`;
  closers.push(async () => {
    await Bun.$`umount ${folder}`;
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Takes all free space of a disk. @returns a function that gives it back */
function fill(folder: string): () => void {
  const file = join(folder, "filler");
  const piece = Buffer.alloc(4_096);
  try {
    for (;;) writeFileSync(file, piece, { flag: "a" });
  } catch (error) {
    expect((error as { code: string }).code).toBe("ENOSPC");
  }
  return () => rmSync(file);
}

test.skipIf(cannotMount)(
  "while PostgreSQL has no space left, the worker's log and /ready say so; then everything is stored and heard",
  async () => {
    const disk = await mountDisk("140m");
    const dataDir = join(disk, "data");
    const made = await copyDataDir();
    await Bun.$`mv ${made} ${dataDir}`;
    chmodSync(dataDir, 0o711);
    const postgres = await startPostgres({ dataDir, settings: { fsync: "off", shared_buffers: "32MB" } });
    closers.push(postgres.stop);
    const redis = await startRedis();
    closers.push(redis.stop);
    const services = await followServices({ DATABASE_URL: postgres.url, REDIS_URL: redis.url });
    closers.push(services.stop);
    await services.polledAgain();

    const makeSpace = fill(disk);
    const problem = await services.workerProblem();
    expect(problem).toMatchObject({
      code: "postgresql_disk_full",
      reason: "PostgreSQL has no space left on its disk: free some, or enlarge it",
      message: "PostgreSQL: PostgreSQL has no space left on its disk: free some, or enlarge it",
    });
    const line = await services.worker.line(({ code }) => code === "postgresql_disk_full");
    expect(line).toMatchObject({ level: "warn", message: "waiting for PostgreSQL" });
    expect(String(line.reason)).toContain("No space left on device");

    makeSpace();
    expect(await services.workerProblem(false)).toBeNull();
    const sql = connectSql(postgres.url, "test");
    closers.push(() => sql.end({ timeout: 1 }));
    const { stored, heard } = await services.settle(sql);
    expect(heard).toEqual(stored);
  },
);

test.skipIf(cannotMount)(
  "a service whose log is on a full disk goes on, and logs again when there is space",
  async () => {
    const disk = await mountDisk("1m");
    const log = join(disk, "log");
    const program = join(import.meta.dir, "log-forever.ts");
    const child = Bun.spawn(["sh", "-c", 'exec "$0" "$1" >> "$2"', process.execPath, program, log], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    closers.push(async () => {
      child.kill("SIGKILL");
      await child.exited;
    });
    const size = () => (existsSync(log) ? statSync(log).size : 0);
    while (size() === 0) await Bun.sleep(20);
    const makeSpace = fill(disk);
    const { value } = await child.stderr.getReader().read();
    expect(new TextDecoder().decode(value)).toBe(
      "bellbuoy test: the log cannot be written: ENOSPC: no space left on device, write\n",
    );
    const before = size();
    makeSpace();
    while (size() <= before) await Bun.sleep(20);
    expect(child.exitCode).toBeNull();
  },
);

describe.skipIf(cannotMount)("the development stack names a full disk", () => {
  test("when its PostgreSQL cannot start", async () => {
    const disk = await mountDisk("20m");
    const starting = startPostgres({ dataDir: join(disk, "data") });
    await expect(starting).rejects.toThrow(/No space left on device/i);
  });

  test("when its PostgreSQL ends", async () => {
    const disk = await mountDisk("140m");
    const dataDir = join(disk, "data");
    await Bun.$`mv ${await copyDataDir()} ${dataDir}`;
    const postgres = await startPostgres({ dataDir, settings: { fsync: "off", shared_buffers: "32MB" } });
    closers.push(postgres.stop);
    fill(disk);
    const sql = connectSql(postgres.url, "test");
    closers.push(() => sql.end({ timeout: 1 }));
    // It needs a new file for its log of changes, and ends all connections when it gets none.
    const fails = async () => {
      for (;;) await sql`select pg_switch_wal(), txid_current()`;
    };
    await expect(fails()).rejects.toThrow();
    await postgres.stop();
    expect(await postgres.lastError).toMatch(/No space left on device/);
  });
});
