// Tests of the log lines about broadcasts.

import { expect, test } from "bun:test";
import { createBroadcastLog } from "../../../services/server/stream/broadcast-log.ts";
import { observationFrame } from "../../../services/server/stream/frames.ts";
import type { Log } from "../../../shared/process/log.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { createTestClock } from "../../rig/test-clock.ts";

function start() {
  const clock = createTestClock();
  const stopping = new AbortController();
  const lines: unknown[] = [];
  const log: Log = { ...silentLog, info: (_message, facts) => void lines.push(facts) };
  const logBroadcast = createBroadcastLog(log, stopping.signal, clock);
  return { clock, stopping, lines, sent: (id: bigint) => logBroadcast([observationFrame("44009", "{}", id)]) };
}

test("the broadcasts of one second share a log line, and later ones have one line per minute", async () => {
  const { clock, lines, sent } = start();
  for (const id of [1n, 2n, 3n]) sent(id);
  await clock.advance(1_000);
  expect(lines).toEqual([{ events: 3, firstEventId: "1", lastEventId: "3" }]);

  for (const id of [4n, 5n]) {
    sent(id);
    await clock.advance(20_000);
  }
  expect(lines).toHaveLength(1);
  await clock.advance(20_000);
  expect(lines).toEqual([expect.anything(), { events: 2, firstEventId: "4", lastEventId: "5" }]);
});

test("broadcasts without a line yet are logged when the server stops", () => {
  const { stopping, lines, sent } = start();
  sent(1n);
  stopping.abort();
  expect(lines).toEqual([{ events: 1, firstEventId: "1", lastEventId: "1" }]);
});
