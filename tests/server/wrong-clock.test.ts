// A server whose clock is wrong answers by PostgreSQL's clock.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { startStack } from "../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const hourMs = 60 * 60_000;

afterAll(stack.stop);

test.each([
  ["ahead", 24 * hourMs],
  ["behind", -24 * hourMs],
])("a server whose clock is a day %s still reports the current conditions and medians", async (_, aheadMs) => {
  await stack.sql`
    insert into observations (station_id, observed_at, wave_height_m)
    values ('44009', date_trunc('minute', now() - interval '30 minutes'), 1.5)
    on conflict do nothing
  `;
  const server = await stack.startShifted("server", aheadMs);
  while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(10);
  const ask = async (path: string) => (await fetch(server.url + path)).json();

  expect(await ask("/v1/conditions")).toMatchObject({ conditions: [{ waveHeightM: { value: 1.5 } }] });
  for (const query of ["", `?since=${new Date(Date.now() - hourMs).toISOString()}`]) {
    const { medians } = (await ask(`/v1/medians${query}`)) as { medians: { at: string; waveHeightM: number | null }[] };
    expect(medians.at(-1)).toMatchObject({ waveHeightM: 1.5 });
    expect(Math.abs(Date.parse(medians.at(-1)?.at ?? "") - Date.now())).toBeLessThan(hourMs);
  }
});
