// Data of a PostgreSQL that was never used, made once for all tests of a run: `initdb` takes longer than all else.

import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../services/dev/postgres.ts";
import { postgresData } from "./run-addresses.ts";

let made: Promise<string> | null = null;

/** Makes the data, with the settings of a first start. @returns their folder */
export async function makeDataDir(): Promise<string> {
  const dataDir = emptyDir();
  await (await startPostgres({ dataDir, settings: { fsync: "off" } })).stop();
  return dataDir;
}

/** Copies unused data, of this run by default, into a new folder, where a PostgreSQL may be started. @returns the folder */
export async function copyDataDir(from = postgresData()): Promise<string> {
  const dataDir = emptyDir();
  // Owners and modes too: PostgreSQL refuses data that others may read.
  await Bun.$`cp -a ${from ?? (await ownData())}/. ${dataDir}`;
  return dataDir;
}

/** Removes the data that this process has made, if any; called once, after the last test. */
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
  // PostgreSQL runs as another account where root started it.
  chmodSync(dataDir, 0o711);
  return dataDir;
}
