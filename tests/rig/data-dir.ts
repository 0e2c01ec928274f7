// A new PostgreSQL data directory, made once for all tests of a run, because `initdb` is the slowest step of a start.

import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../services/dev/daemons/postgres.ts";
import { postgresData } from "./run-addresses.ts";

let made: Promise<string> | null = null;

/** Creates a data directory with the settings of a first start. @returns its path */
export async function makeDataDir(): Promise<string> {
  const dataDir = emptyDir();
  await (await startPostgres({ dataDir, settings: { fsync: "off" } })).stop();
  return dataDir;
}

/** Copies a new data directory, by default that of this run, so that a PostgreSQL can start in it. @returns its path */
export async function copyDataDir(from = postgresData()): Promise<string> {
  const dataDir = emptyDir();
  // Keep owners and modes: PostgreSQL refuses data that other users can read.
  await Bun.$`cp -a ${from ?? (await ownData())}/. ${dataDir}`;
  return dataDir;
}

/** Removes the data directory that this process has made, if any. Call it once, after the last test. */
export async function removeOwnData(): Promise<void> {
  const own = await made;
  made = null;
  if (own !== null) await rm(own, { recursive: true, force: true });
}

function ownData(): Promise<string> {
  made ??= makeDataDir();
  return made;
}

function emptyDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "bellbuoy-test-"));
  // PostgreSQL runs as another user when root starts it.
  chmodSync(dataDir, 0o711);
  return dataDir;
}
