// The Redis users of docs/operations.md have every permission that bellbuoy needs, and no other.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { bullCommands } from "../../../services/worker/queue/bull.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { listen } from "../../rig/listen.ts";
import { latestObsFile } from "../../rig/ndbc-file.ts";
import { says } from "../../rig/polling.ts";
import { scrape } from "../../rig/scrape.ts";
import { type Stack, startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

let stack: Stack;
let users: { name: string; url: string; rules: string[] }[];

beforeAll(async () => {
  stack = await startStack();
  const page = await Bun.file(join(import.meta.dir, "../../../docs/operations.md")).text();
  users = [...page.matchAll(/^ACL SETUSER (\S+) (.+)$/gm)].map(([, name = "", rules = ""]) => ({
    name,
    url: `${stack.redisUrl}?username=${name}&password=secret`,
    rules: rules.split(" "),
  }));
  for (const { name, rules } of users) await stack.redis.acl("SETUSER", name, ...rules);
});
afterAll(() => stack.stop());

const userOf = (service: "worker" | "server") => {
  const user = users.find(({ name }) => name === `bellbuoy-${service}`);
  if (user === undefined) throw new Error(`docs/operations.md has no user for the ${service}`);
  return user;
};

/** Returns how often Redis has run each command, including in scripts. */
async function calls(): Promise<Map<string, number>> {
  const stats = await stack.redis.info("commandstats");
  return new Map(
    [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = "", count]) => [name, Number(count)]),
  );
}

/** Returns the objects (commands, keys, channels) that Redis denied to a user. */
async function denied(name: string): Promise<string[]> {
  const entries = (await stack.redis.acl("LOG")) as unknown[][];
  const fields = entries.map((entry) => new Map(entry.map((value, at) => [value, entry[at + 1]])));
  const objects = fields.filter((entry) => entry.get("username") === name).map((entry) => String(entry.get("object")));
  // BullMQ names each connection for the client list, and works without a name.
  return objects.filter((object) => object !== "client|setname" && object !== "client|setinfo");
}

/** Rare commands: used when a schedule is recreated while its run waits for a worker, or by hand. */
const seldom = ["hexists", "unsubscribe", "ping"];

test("a worker and a server do all their work with exactly these permissions", async () => {
  let answer: () => Response | Promise<Response> = () => new Response(latestObsFile(3, new Date()));
  let asked = 0;
  const ndbc = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname !== latestObsPath) return new Response("", { status: 404 });
      asked += 1;
      return answer();
    },
  });
  const polledAgain = async () => {
    for (const before = asked; asked < before + 2; ) await Bun.sleep(20);
  };
  const port = freePort();
  const env = { REDIS_URL: userOf("worker").url, NDBC_URL: ndbc.url.origin, POLL_SECONDS: "1", BACKFILL_HOURS: "0" };
  const server = await stack.start("server", { REDIS_URL: userOf("server").url });
  while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(20);
  const listener = await listen(`${server.url}/v1/observations/stream`);
  const first = await stack.start("worker", { ...env, WORKER_PORT: String(port) });
  await listener.heard(3);
  await scrape(`http://127.0.0.1:${port}`);

  // One poll fails in all attempts, and a worker takes over another from a dead worker.
  answer = () => new Response("<!DOCTYPE html><html></html>");
  await first.line(({ message, job, attempt, of }) => message === "a job failed" && job === "poll" && attempt === of);
  answer = () => new Promise<Response>(() => {});
  for (const before = asked; asked === before; ) await Bun.sleep(20);
  await first.stop("SIGKILL");
  answer = () => new Response(latestObsFile(3, new Date()));
  const second = await stack.start("worker", env);
  while (((await calls()).get("rpush") ?? 0) === 0) await Bun.sleep(50);

  await stack.redis.del("{bellbuoy}:poll:repeat");
  await second.line(says("created schedules again"));
  await polledAgain();
  expect(await second.stop()).toBe(0);
  listener.leave();
  await ndbc.stop(true);

  const needed = [...bullCommands, "eval", "evalsha", "info", "publish"].map((command) => `+${command}`);
  expect(
    userOf("worker")
      .rules.filter((rule) => rule.startsWith("+"))
      .sort(),
  ).toEqual(needed.sort());
  const called = await calls();
  for (const { name, rules } of users) {
    expect(await denied(name)).toEqual([]);
    const allowed = rules.filter((rule) => rule.startsWith("+")).map((rule) => rule.slice(1));
    expect(allowed.filter((command) => !called.has(command) && !seldom.includes(command))).toEqual([]);
  }
});
