// Tests of the private Redis for `bun run dev`, `bun run demo` and tests.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Redis as Client } from "ioredis";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { type Redis, startRedis } from "../../../services/dev/daemons/redis.ts";
import { redisOptions } from "../../rig/redis-options.ts";

setDefaultTimeout(120_000);

const redisModule = resolve(import.meta.dir, "../../../services/dev/daemons/redis.ts");

let dir: string;
let started: Redis[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  started = [];
});

afterEach(async () => {
  for (const redis of started) await redis.stop();
  await rm(dir, { recursive: true });
});

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<Redis> {
  const redis = await startRedis(options);
  started.push(redis);
  return redis;
}

/** Runs a command over a new connection, without retries. @throws {Error} if Redis does not answer */
async function ask<T>(url: string, question: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...redisOptions(url), lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}

test("it answers, writes nothing to disk, and never evicts a job to free memory", async () => {
  const { url } = await start();
  const setting = (name: string) => ask(url, (client) => client.config("GET", name));
  expect(await setting("save")).toEqual(["save", ""]);
  expect(await setting("appendonly")).toEqual(["appendonly", "no"]);
  expect(await setting("maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  expect(await setting("port")).toEqual(["port", "0"]);
});

test("it restarts at the same address, without data", async () => {
  const socket = join(dir, "redis.sock");
  const first = await start({ socket });
  await ask(first.url, (client) => client.set("station", "44009"));
  await first.stop();
  await first.stop();
  await expect(ask(first.url, (client) => client.ping())).rejects.toThrow();

  const second = await start({ socket });
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, (client) => client.get("station"))).toBeNull();
});

test("two running at the same time have different addresses", async () => {
  const [first, second] = await Promise.all([start(), start()]);
  expect(first.url).not.toBe(second.url);
});

test("a taken port gives Redis's own error message", async () => {
  const port = freePort();
  const { url } = await start({ port });
  expect(url).toBe(`redis://127.0.0.1:${port}`);
  await expect(startRedis({ port })).rejects.toThrow("Address already in use");
});

test("the next start in the same folder ends a Redis whose parent was killed", async () => {
  const starter = startElsewhere({ PATH: process.env.PATH ?? "", TMPDIR: dir });
  let url = "";
  for await (const chunk of starter.stdout) {
    url = new TextDecoder().decode(chunk).trim();
    break;
  }
  expect(await ask(url, (client) => client.ping())).toBe("PONG");
  starter.kill("SIGKILL");
  await starter.exited;

  await start({ dir });
  // It removes its process id file before its socket, so it may still answer for a moment.
  while (await ask(url, (client) => client.ping()).catch(() => null)) await Bun.sleep(20);
});

const sudo = process.getuid?.() === 0 ? "" : "sudo ";

test.each([
  ["apt", `${sudo}apt install -y redis-server`],
  ["dnf", `${sudo}dnf install -y valkey`],
  ["pacman", `${sudo}pacman -S valkey`],
  ["apk", `${sudo}apk add redis`],
  ["brew", "brew install redis"],
])("without Redis, the error says how to install it with %s", async (installer, command) => {
  await symlink("/bin/true", join(dir, installer));
  const { stderr, exited } = startElsewhere({ PATH: dir });
  expect(await new Response(stderr).text()).toContain(`no Redis found on this machine. To install it: ${command}`);
  expect(await exited).toBe(1);
});

/** Starts Redis in `dir` from a separate process, which prints its address. */
function startElsewhere(env: Record<string, string>) {
  const program = `
    import { startRedis } from ${JSON.stringify(redisModule)};
    const redis = await startRedis({ dir: ${JSON.stringify(dir)} });
    console.log(redis.url);`;
  return Bun.spawn([process.execPath, "-e", program], { env, stdio: ["ignore", "pipe", "pipe"] });
}
