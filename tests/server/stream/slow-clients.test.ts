// Tests of clients that do not read their streams, and of the other clients.

import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { maxBacklogBytes } from "../../../services/server/http/limits.ts";
import { type Broadcast, createBroadcast } from "../../../services/server/stream/broadcast.ts";
import { type Frame, observationFrame } from "../../../services/server/stream/frames.ts";
import { Outbox } from "../../../services/server/stream/outbox.ts";
import { createPositionCache } from "../../../services/server/stream/position-cache.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { type RunningApp, startApp } from "../../rig/app.ts";
import { type Listening, listen } from "../../rig/listen.ts";
import { neverRead } from "../../rig/never-read.ts";
import { observed } from "../../rig/observed.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { startStack } from "../../rig/stack.ts";
import { createTestClock, type TestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a client that does not read", () => {
  let clock: TestClock;
  let broadcast: Broadcast;
  let position: bigint;

  beforeEach(() => {
    clock = createTestClock();
    position = 0n;
    const places = createPositionCache(async () => new Map(), silentLog, clock);
    broadcast = createBroadcast(
      places,
      () => position,
      () => {},
      clock,
    );
  });
  afterEach(async () => {
    const stopped = broadcast.stop();
    await clock.advance(1_000);
    await stopped;
  });

  /** Opens a live stream. @param write called for each write @returns its event ids, and the reason of its end */
  function join(write: () => Promise<void>): { ids: string[]; ended: string[] } {
    const client = { ids: [] as string[], ended: [] as string[] };
    const decoder = new TextDecoder();
    const stream = {
      write(bytes: Uint8Array) {
        client.ids.push(...Array.from(decoder.decode(bytes).matchAll(/^id: (\d+)$/gm), ([, id = ""]) => id));
        return write();
      },
    };
    const end = (reason: string) => {
      client.ended.push(reason);
      broadcast.close(listener);
    };
    const filter = { stations: null, bbox: null };
    const listener = { outbox: new Outbox(stream, end, clock), filter, address: "127.0.0.1", after: position, end };
    broadcast.open(listener);
    broadcast.goLive(listener);
    return client;
  }

  const reading = async () => {};
  const takingNothing = () => new Promise<void>(() => {});

  /** Publishes this many events, each in its own write. */
  async function report(events: number, data = "{}"): Promise<void> {
    for (let event = 0; event < events; event++) {
      position += 1n;
      broadcast.send(observationFrame("44009", data, position));
      await nextTurn();
    }
  }

  test("for 20 seconds is disconnected, and other clients get every event in order", async () => {
    const [before, stuck, after] = [join(reading), join(takingNothing), join(reading)];
    await report(3);
    await clock.advance(15_000);
    await report(3);
    expect(stuck.ended).toEqual([]);
    await clock.advance(15_000);
    await report(3);
    expect(stuck).toEqual({ ids: ["1"], ended: ["too_slow"] });
    for (const client of [before, after]) {
      expect(client).toEqual({ ids: Array.from({ length: 9 }, (_, index) => String(index + 1)), ended: [] });
    }
    expect(broadcast.size).toBe(2);
  });

  test("but continues within 20 seconds stays connected", async () => {
    const unread: (() => void)[] = [];
    const slow = join(() => new Promise((resolve) => unread.push(resolve)));
    for (let round = 0; round < 4; round++) {
      await report(1);
      await clock.advance(15_000);
      for (let taken = unread.shift(); taken; taken = unread.shift()) {
        taken();
        await nextTurn();
      }
    }
    expect(slow).toMatchObject({ ids: ["1", "2", "3", "4"], ended: [] });
  });

  test("is disconnected at once if more than a megabyte is unread, and other clients get all events", async () => {
    const [before, stuck, after] = [join(reading), join(takingNothing), join(reading)];
    const data = "x".repeat(maxBacklogBytes / 8);
    await report(7, data);
    expect(stuck.ended).toEqual([]);
    await report(3, data);
    expect(stuck.ended).toEqual(["too_slow"]);
    for (const client of [before, after]) expect(client).toMatchObject({ ids: { length: 10 }, ended: [] });
    expect(broadcast.size).toBe(2);
  });
});

// The table of connections exists on Linux only.
describe.skipIf(process.platform !== "linux")("a client that never reads from its socket", () => {
  const rowsPerRound = 10;
  /** The kernel buffers about 4 MB per connection, which is ten thousand events of a real size. */
  const ballast: Frame = { stationId: "44009", eventId: null, text: `: ${"x".repeat(64 * 1024)}\n\n` };
  const file = { etag: null, lastModified: null, hash: null };

  const starting = startStack();
  let app: RunningApp | null = null;
  afterAll(async () => {
    await app?.stop();
    await (await starting).stop();
  });

  /** Returns whether the kernel lists a connection of the server with unsent bytes. */
  async function isConnected(url: string): Promise<boolean> {
    const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
    const table = await Bun.file("/proc/net/tcp").text();
    return new RegExp(`^\\s*\\d+: \\w+:${port} \\w+:\\w+ 01 (?!00000000)`, "m").test(table);
  }

  const idsOf = ({ observations }: Listening) => observations.map(({ id }) => id);

  test("is disconnected while others get all events in order, its connection closes, and it gets all missed events when it resumes", async () => {
    const stack = await starting;
    const running = await startApp(stack);
    app = running;
    const stream = `${running.url}/v1/observations/stream`;
    const [first, sleeper, last] = [await listen(stream), await neverRead(stream), await listen(stream)];

    let rounds = 0;
    while (running.broadcast.size > 2) {
      const time = new Date(Date.UTC(2026, 4, 6, rounds)).toISOString();
      const rows = Array.from({ length: rowsPerRound }, (_, index) =>
        observed(`${10_000 + index}`, time, { tideFt: 1 }),
      );
      await storePoll(stack.sql, latestObsPath, file, rows, unguardedIds);
      await publishPending(stack.sql, stack.redis);
      for (let piece = 0; piece < 8; piece++) running.broadcast.send(ballast);
      rounds += 1;
      for (const reader of [first, last]) await reader.heard(rounds * rowsPerRound);
    }
    while (await isConnected(running.url)) await Bun.sleep(50);

    const stored = (await stack.sql<{ eventId: string }[]>`select event_id from observations order by event_id`).map(
      ({ eventId }) => eventId,
    );
    expect(idsOf(first)).toEqual(stored);
    expect(idsOf(last)).toEqual(stored);

    const text = await sleeper.wake();
    const taken = Array.from(text.matchAll(/^id: ([1-9]\d*)\n\n/gm), ([, id = ""]) => id);
    const missed = stored.length - taken.length;
    expect(missed).toBeGreaterThan(0);
    const again = await listen(stream, { "Last-Event-ID": taken.at(-1) ?? "0" });
    await again.heard(missed);
    expect([...taken, ...idsOf(again)]).toEqual(stored);
    for (const listener of [first, last, again]) listener.leave();
  });
});
