// Tests of several servers that share a port.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { type Listening, listen } from "../../rig/listen.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const streams = 60;
const eventsPerReport = 50;

const stack = await startStack();
afterAll(stack.stop);

let hour = Date.UTC(2026, 4, 6);

async function report(): Promise<void> {
  hour += 3_600_000;
  const time = new Date(hour).toISOString();
  const rows = Array.from({ length: eventsPerReport }, (_, index) => observed(String(10_000 + index), time));
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
  await publishPending(stack.sql, stack.redis);
}

const heardBy = ({ observations }: Listening) => observations.map(({ id, data }) => `${id} ${data}`);

// Other operating systems give all connections to one of the servers.
describe.skipIf(process.platform !== "linux")("servers that share a port by REUSE_PORT", () => {
  test("each have a part of the streams; all streams get the same events, and resume at another server when one stops", async () => {
    const env = { PORT: String(freePort()), REUSE_PORT: "1" };
    const servers = await Promise.all(Array.from({ length: 3 }, () => stack.start("server", env)));
    const url = `${servers[0]?.url}/v1/observations/stream`;
    const listeners = await Promise.all(Array.from({ length: streams }, () => listen(url)));
    await report();
    for (const listener of listeners) await listener.heard(eventsPerReport);

    const ended = new Set<Listening>();
    for (const listener of listeners) void listener.ended.then(() => ended.add(listener));
    await servers[0]?.stop();
    await report();
    const staying = listeners.filter((listener) => !ended.has(listener));
    for (const listener of staying) await listener.heard(2 * eventsPerReport);
    expect(ended.size).toBeGreaterThan(0);
    expect(staying.length).toBeGreaterThan(ended.size);

    const expected = heardBy(staying[0] as Listening);
    for (const listener of staying) expect(heardBy(listener)).toEqual(expected);
    for (const listener of ended) {
      const again = await listen(url, { "Last-Event-ID": listener.observations.at(-1)?.id ?? "" });
      await again.heard(eventsPerReport);
      expect([...heardBy(listener), ...heardBy(again)]).toEqual(expected);
      again.leave();
    }
    for (const listener of staying) listener.leave();
  });
});
