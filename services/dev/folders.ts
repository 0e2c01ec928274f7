// Folders of the development stack: one for data that stays, and a private one for sockets.

import { accessSync, constants, mkdirSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import { type Account, giveTo, isRoot, keepForRoot } from "./daemons/account.ts";

const project = resolve(import.meta.dir, "../..");

/** The data folder for root. The account that runs PostgreSQL and Redis cannot enter root's home. */
const rootsFolder = "/var/lib/bellbuoy-dev";

/** Max length of a socket's path on macOS; Linux allows 107 bytes. */
const maxSocketBytes = 103;
const longestSocketName = ".s.PGSQL.5432.lock";

/** Returns the folder for all data that stays. Apart from it, only `node_modules` and `web/dist` are written. */
export function dataFolder(): string {
  if (isRoot()) return rootsFolder;
  const { XDG_DATA_HOME = "" } = process.env;
  // The XDG specification says to ignore relative paths.
  return join(isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(homedir(), ".local/share"), "bellbuoy");
}

/** Returns the folder of this checkout in {@link dataFolder}. Checkouts do not share it, because their schemas may differ. */
export function projectFolder(): string {
  return join(dataFolder(), `${basename(project)}-${Bun.hash(project).toString(36).slice(0, 6)}`);
}

/** Creates the folder of this checkout and its parents. The account that runs PostgreSQL and Redis may pass through them. */
export function makeProjectFolder(): string {
  for (const folder of [dataFolder(), projectFolder()]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    keepForRoot(folder);
  }
  return projectFolder();
}

/** Creates a private folder whose path is short enough for sockets. The caller removes it. */
export function makeSocketFolder(account: Account | undefined): string {
  const { XDG_RUNTIME_DIR } = process.env;
  // The account cannot enter root's XDG_RUNTIME_DIR.
  const candidates = [account ? undefined : XDG_RUNTIME_DIR, tmpdir(), "/tmp"];
  const isFit = (base: string | undefined) =>
    base !== undefined &&
    Buffer.byteLength(join(base, "bellbuoy-XXXXXX", longestSocketName)) <= maxSocketBytes &&
    isWritable(base);
  // `mkdtemp` creates it with mode 0700.
  const folder = mkdtempSync(join(candidates.find(isFit) ?? "/tmp", "bellbuoy-"));
  giveTo(account, folder);
  return folder;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
