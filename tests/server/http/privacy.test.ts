// Tests of docs/privacy.md: the server keeps no client address.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { listen } from "../../rig/listen.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const settings = { LOG_LEVEL: "info", TRUST_PROXY: "1", MAX_STREAMS: "2", MAX_STREAMS_PER_IP: "1" };
const server = await stack.start("server", settings);

afterAll(stack.stop);

const addresses = ["203.0.113.7", "2001:db8:7:7::7"];
const spellings = /203\.0\.113\.7|2001:0?db8/i;

test("no client address is logged at info, or stored in PostgreSQL, Redis or metrics, whatever the request", async () => {
  while ((await fetch(`${server.url}/ready`)).status !== 200) await Bun.sleep(10);
  const statuses = new Set<number>();
  const get = async (address: string, path: string, headers = {}) => {
    const answer = await fetch(server.url + path, { headers: { "X-Forwarded-For": address, ...headers } });
    statuses.add(answer.status);
    return answer.text();
  };

  const stream = `${server.url}/v1/observations/stream`;
  const streams = await Promise.all(addresses.map((address) => listen(stream, { "X-Forwarded-For": address })));
  for (const address of addresses) {
    expect(await get(address, "/v1/observations/stream")).toMatch(spellings);
    for (const path of [
      "/",
      "/nothing",
      "/v1/stations",
      "/v1/stations?limit=0",
      "/v1/stations/99999",
      "/v1/observations?format=csv",
    ])
      await get(address, path);
    await get(address, "/v1/stations", { Accept: "text/html" });
  }
  expect(await get("198.51.100.1", "/v1/observations/stream")).toContain("no_streams_left");
  for (const listener of streams) listener.leave();
  await stack.sql`alter table stations rename to gone`;
  for (const address of addresses) await get(address, "/v1/stations");
  await stack.sql`alter table gone rename to stations`;
  for (let request = 0; request < 201; request++) await get(addresses[0] ?? "", "/v1/status");
  expect([...statuses].sort()).toEqual([200, 400, 404, 406, 429, 500, 503]);

  await server.line(({ message }) => message === "a request failed");
  expect(await (await fetch(`${server.url}/metrics`)).text()).not.toMatch(spellings);
  expect(await stack.redis.keys("*")).toEqual([]);
  const tables = await stack.sql<
    { name: string }[]
  >`select tablename as name from pg_tables where schemaname = 'public'`;
  for (const { name } of tables) {
    expect(JSON.stringify(await stack.sql`select * from ${stack.sql(name)}`)).not.toMatch(spellings);
  }
  await server.stop();
  expect(server.logged.map(({ message }) => message)).toContain("stopping");
  expect(JSON.stringify(server.logged)).not.toMatch(spellings);
});
