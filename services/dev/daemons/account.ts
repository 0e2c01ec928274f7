// Finds the account that runs PostgreSQL and Redis when root starts them: PostgreSQL refuses to run as root.

import { chownSync, statSync } from "node:fs";
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

/** Makes an account the owner of a file or folder. Ignores folders that every user may write to, such as `/tmp`. */
export function giveTo(account: Account | undefined, path: string): void {
  const othersMayWrite = 0o002;
  if (account && !(statSync(path).mode & othersMayWrite)) chownSync(path, account.uid, account.gid);
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
