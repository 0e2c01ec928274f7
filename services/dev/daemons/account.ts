// The account that runs PostgreSQL and Redis where root starts them: PostgreSQL refuses to run as root.

import { chownSync, statSync } from "node:fs";
import { StartError } from "../../../shared/service/service.ts";

/** A user of the operating system. */
export type Account = { uid: number; gid: number };

/** Returns whether this process runs as root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

let account: Promise<Account> | null = null;

/** Returns the account `postgres` for root, which is made where it is missing; `undefined` for any other user. */
export async function daemonAccount(): Promise<Account | undefined> {
  if (!isRoot()) return undefined;
  // Two daemons that start at once must not both make it.
  account ??= findOrMakeAccount();
  return account;
}

/** Gives a file or folder to an account, if there is one. A folder that every user may write to, as `/tmp`, is left alone. */
export function giveTo(account: Account | undefined, path: string): void {
  const othersMayWrite = 0o002;
  if (account && !(statSync(path).mode & othersMayWrite)) chownSync(path, account.uid, account.gid);
}

/** `useradd` is where only root looks, and `su` may leave root without it. */
const env = { PATH: `${process.env.PATH}:/usr/sbin:/usr/bin:/bin` };

async function findOrMakeAccount(): Promise<Account> {
  const add = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "postgres"];
  const made = (await idOf("-u")) ? null : await Bun.$`useradd ${add}`.env(env).nothrow().quiet();
  const [uid, gid] = [await idOf("-u"), await idOf("-g")];
  if (!uid || !gid) throw new StartError(`the account "postgres" could not be made: ${made?.stderr.toString().trim()}`);
  return { uid: Number(uid), gid: Number(gid) };
}

async function idOf(flag: "-u" | "-g"): Promise<string> {
  return (await Bun.$`id ${flag} postgres`.env(env).nothrow().quiet()).text().trim();
}
