// The account that runs the stack for root.

import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asAccount, daemonAccount, isRoot } from "../../../services/dev/daemons/account.ts";

test.if(isRoot())("root's services run as the account, without rights", async () => {
  const account = await daemonAccount();
  const run = (prefix: string[], ...command: string[]) =>
    Bun.spawnSync([...prefix, ...command])
      .stdout.toString()
      .trim();
  const prefix = asAccount(account, ["/etc/passwd"], 3_000);
  expect(run(prefix, "id", "-u")).toBe(String(account?.uid));
  expect(run(prefix, "id", "-G")).toBe(String(account?.gid));
  expect(run(prefix, "grep", "CapEff", "/proc/self/status")).toMatch(/\t0{16}$/);
  // CAP_NET_BIND_SERVICE
  expect(run(asAccount(account, [], 80), "grep", "CapEff", "/proc/self/status")).toMatch(/\t0{13}400$/);
});

test.if(isRoot())("root's services stay root's if the account cannot read them", async () => {
  const closed = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  expect(asAccount(await daemonAccount(), [closed, join(closed, "main.ts")], 3_000)).toEqual([]);
  await rm(closed, { recursive: true });
});

test("other users' services run as that user", () => {
  expect(asAccount(undefined, [], 80)).toEqual([]);
});
