// Finds the account that runs PostgreSQL and Redis when root starts them: PostgreSQL refuses to run as root.

import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, rmSync, writeSync } from "node:fs";
import { StartError } from "../../../shared/service/service.ts";

/** Identifies a user of the operating system. */
export type Account = { uid: number; gid: number };

/** Returns whether this process runs as root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

let account: Promise<Account> | null = null;

/**
 * Returns the account `postgres` for root, and creates it if it is missing. Returns `undefined` for any other user.
 * @throws {StartError} if the account cannot be created
 */
export async function daemonAccount(): Promise<Account | undefined> {
  if (!isRoot()) return undefined;
  // Two daemons that start at the same time must not both create it.
  account ??= findOrCreateAccount();
  return account;
}

/**
 * Makes an account the owner of a file or folder; does nothing without an account. Ignores folders that every user may write
 * to, such as `/tmp`.
 * @throws {Error} if it is a link: root would change what another account has chosen
 */
export function giveTo(account: Account | undefined, path: string): void {
  if (account) change(path, (fd) => fchownSync(fd, account.uid, account.gid));
}

/**
 * Keeps a folder as root's, so that no other account can plant a link in it; others may only pass through. Does nothing for
 * any other user.
 * @throws {Error} if it is a link
 */
export function keepForRoot(path: string): void {
  if (!isRoot()) return;
  change(path, (fd) => {
    fchownSync(fd, 0, 0);
    fchmodSync(fd, 0o711);
  });
}

function change(path: string, act: (fd: number) => void): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const othersMayWrite = 0o002;
    if (!(fstatSync(fd).mode & othersMayWrite)) act(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Returns a command prefix that runs a service of root as an account without further rights. Empty without an account, without a
 * `setpriv` that can do so, as on BusyBox, or if the account cannot read the program.
 * @param reads files of the program; those in root's home are closed to the account
 * @param port the service listens on it; below 1024 this needs a right
 */
export function asAccount(account: Account | undefined, reads: string[], port: number): string[] {
  const setpriv = Bun.which("setpriv");
  if (account === undefined || setpriv === null) return [];
  const ids = ["--reuid", String(account.uid), "--regid", String(account.gid), "--clear-groups", "--no-new-privs"];
  const right = port > 0 && port < 1024 ? ",+net_bind_service" : "";
  const sets = ["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=-all${right}`);
  const prefix = [setpriv, ...ids, ...sets];
  return reads.every((path) => Bun.spawnSync([...prefix, "test", "-r", path]).success) ? prefix : [];
}

/** Writes a new file that only its owner may read. Replaces what is there, and never follows a link. */
export function writeSecret(path: string, text: string, account: Account | undefined): void {
  rmSync(path, { force: true });
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, text);
    if (account) fchownSync(fd, account.uid, account.gid);
  } finally {
    closeSync(fd);
  }
}

/** `useradd` is in /usr/sbin, which may be missing from PATH after `su`. */
const env = { PATH: `${process.env.PATH}:/usr/sbin:/usr/bin:/bin` };

async function findOrCreateAccount(): Promise<Account> {
  const add = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"];
  const created = (await idOf("-u")) ? null : await Bun.$`useradd ${add}`.env(env).nothrow().quiet();
  const [uid, gid] = [await idOf("-u"), await idOf("-g")];
  if (!uid || !gid)
    throw new StartError(`the account "postgres" could not be created: ${created?.stderr.toString().trim()}`);
  return { uid: Number(uid), gid: Number(gid) };
}

async function idOf(flag: "-u" | "-g"): Promise<string> {
  return (await Bun.$`id ${flag} postgres`.env(env).nothrow().quiet()).text().trim();
}
