// Where the development stack writes: one folder of the user for what stays, and a private one for its sockets.

import { accessSync, constants, mkdirSync, mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import { type Account, giveTo, isRoot } from "./daemons/account.ts";

const project = resolve(import.meta.dir, "../..");

/** Root's own home is closed to the account that runs PostgreSQL and Redis. */
const rootsFolder = "/var/lib/bellbuoy-dev";

/** Linux takes a socket's path of at most 107 bytes, macOS of 103. */
const maxSocketBytes = 103;
const longestSocketName = ".s.PGSQL.5432.lock";

/** Returns the folder for everything that stays. Nothing is ever written elsewhere, `node_modules` and `web/dist` apart. */
export function dataFolder(): string {
  if (isRoot()) return rootsFolder;
  const { XDG_DATA_HOME = "" } = process.env;
  // The specification has relative paths ignored.
  return join(isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(homedir(), ".local/share"), "bellbuoy");
}

/** Returns the folder of this checkout in {@link dataFolder}: another one may have another schema. */
export function projectFolder(): string {
  return join(dataFolder(), `${basename(project)}-${Bun.hash(project).toString(36).slice(0, 6)}`);
}

/** Makes the folder of this checkout, with all above it, so that the account that runs PostgreSQL and Redis gets in. */
export function makeProjectFolder(account: Account | undefined): string {
  for (const folder of [dataFolder(), projectFolder()]) {
    mkdirSync(folder, { recursive: true, mode: account ? 0o755 : 0o700 });
    giveTo(account, folder);
  }
  return projectFolder();
}

/** Makes a new private folder whose path is short enough for sockets; whoever asked for it removes it. */
export function makeSocketFolder(account: Account | undefined): string {
  const { XDG_RUNTIME_DIR } = process.env;
  // That of root is closed to the account.
  const candidates = [account ? undefined : XDG_RUNTIME_DIR, tmpdir(), "/tmp"];
  const isFit = (base: string | undefined) =>
    base !== undefined &&
    Buffer.byteLength(join(base, "bellbuoy-XXXXXX", longestSocketName)) <= maxSocketBytes &&
    isWritable(base);
  // `mkdtemp` makes it with mode 0700.
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
