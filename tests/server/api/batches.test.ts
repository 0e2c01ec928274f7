// Endpoint /v1/batches.
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { startApp } from "../../rig/app.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = await startApp(stack);
const file = { etag: null, lastModified: null, hash: null };
const noon = "2026-05-06T12:00:00Z";

afterAll(async () => {
  await server.stop();
  await stack.stop();
});

async function batches() {
  const response = await fetch(`${server.url}/v1/batches`);
  expect(response.status).toBe(200);
  return (await response.json()) as { now: string; batches: { arrivedAt: string; stations: string[] }[] };
}

async function poll(...stations: [id: string, waveHeightM: number][]): Promise<void> {
  const rows = stations.map(([id, waveHeightM]) => observed(id, noon, { waveHeightM }));
  await storePoll(stack.sql, latestObsPath, file, rows, unguardedIds);
}

test("before the first poll there is no batch", async () => {
  expect((await batches()).batches).toEqual([]);
});

test("the newest batch comes first, with its time and the stations whose rows it added or changed", async () => {
  await poll(["44009", 1], ["46026", 2]);
  await poll(["44009", 1], ["46026", 2]);
  await poll(["46026", 2.5], ["51001", 3]);
  const answer = await batches();
  expect(answer.batches.map(({ stations }) => stations)).toEqual([["46026", "51001"], ["44009"]]);
  const times = [answer.now, ...answer.batches.map(({ arrivedAt }) => arrivedAt)];
  expect(times.toSorted().toReversed()).toEqual(times);
});

test("only the last ten batches are listed, and the last twenty kept", async () => {
  for (let wave = 10; wave < 40; wave++) await poll(["51001", wave]);
  expect((await batches()).batches.map(({ stations }) => stations)).toEqual([["51001"], ...Array(9).fill([])]);
  const [kept] = await stack.sql<{ count: number }[]>`select count(*)::int as count from batches`;
  expect(kept?.count).toBe(20);
});
