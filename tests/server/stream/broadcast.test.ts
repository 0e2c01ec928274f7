// Tests of broadcasting: order, heartbeats, and streams that wait for the database.

import { afterEach, describe, expect, test } from "bun:test";
import type { Filter, Position } from "../../../services/server/store/filter.ts";
import { type Broadcast, createBroadcast } from "../../../services/server/stream/broadcast.ts";
import { observationFrame } from "../../../services/server/stream/frames.ts";
import type { Listener } from "../../../services/server/stream/listeners.ts";
import { Outbox } from "../../../services/server/stream/outbox.ts";
import { createPositionCache } from "../../../services/server/stream/position-cache.ts";
import { systemClock } from "../../../shared/clock.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { createTestClock } from "../../rig/test-clock.ts";

let position = 0n;
/** Event ids in each write to all listeners. */
let written: (bigint | null)[][] = [];
let broadcast: Broadcast;

function start(clock = systemClock, read = async () => new Map<string, Position>()): void {
  position = 0n;
  written = [];
  broadcast = createBroadcast(
    createPositionCache(read, silentLog, clock),
    () => position,
    (frames) => written.push(frames.map(({ eventId }) => eventId)),
    clock,
  );
}
afterEach(() => broadcast.stop());

/** Creates a listener and the list of event ids that it received; `end` after the end of its stream. */
function join({ isLive } = { isLive: true }): string[] {
  const heard: string[] = [];
  const decoder = new TextDecoder();
  const stream = {
    async write(bytes: Uint8Array) {
      heard.push(
        ...decoder
          .decode(bytes)
          .matchAll(/^id: (\d+)$/gm)
          .map(([, id = ""]) => id),
      );
    },
  };
  const listener: Listener = {
    outbox: new Outbox(stream, () => {}),
    filter: { stations: null, bbox: null },
    address: "127.0.0.1",
    after: position,
    end() {
      heard.push("end");
      broadcast.close(listener);
    },
  };
  broadcast.open(listener);
  if (isLive) broadcast.goLive(listener);
  return heard;
}

function report(): void {
  position += 1n;
  broadcast.send(observationFrame("44009", "{}", position));
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function untilWritten(writes: number): Promise<void> {
  while (written.length < writes) await nextTurn();
}

test("early listeners get an event before late ones, and events that arrive meanwhile share the next write", async () => {
  start();
  const listeners = Array.from({ length: 200 }, join);
  report();
  await nextTurn();
  expect(listeners.at(0)).toEqual(["1"]);
  expect(listeners.at(-1)).toEqual([]);

  report();
  report();
  await untilWritten(2);
  expect(written).toEqual([[1n], [2n, 3n]]);
  for (const heard of listeners) expect(heard).toEqual(["1", "2", "3"]);
});

test("a listener that joins during a broadcast gets the next events, and earlier listeners miss none", async () => {
  start();
  const listeners = Array.from({ length: 200 }, join);
  report();
  await nextTurn();
  const newcomer = join();
  report();
  await untilWritten(2);
  expect(newcomer).toEqual(["2"]);
  for (const heard of listeners) expect(heard).toEqual(["1", "2"]);
});

test.each([
  ["some stations", { stations: new Set(["44009"]), bbox: null }],
  ["a region", { stations: null, bbox: { west: -75, south: 38, east: -74, north: 39 } }],
] as [string, Filter][])("streams of %s are written to in turns too, each in one write", async (_name, filter) => {
  start(systemClock, async () => new Map([["44009", { latitude: 38.5, longitude: -74.7 }]]));
  const writes: string[][] = Array.from({ length: 200 }, () => []);
  for (const own of writes) {
    const outbox = new Outbox({ write: async (bytes) => void own.push(new TextDecoder().decode(bytes)) }, () => {});
    const listener: Listener = { outbox, filter, address: "127.0.0.1", after: 0n, end() {} };
    broadcast.open(listener);
    broadcast.goLive(listener);
  }
  report();
  report();
  while (writes[0]?.length === 0) await nextTurn();
  expect(writes.at(-1)).toEqual([]);
  while (writes.at(-1)?.length === 0) await nextTurn();
  const both = [1n, 2n].map((id) => observationFrame("44009", "{}", id).text).join("");
  for (const own of writes) expect(own).toEqual([both]);
});

describe("a heartbeat", () => {
  const everySecond = 1_000;
  const filters: Record<string, Filter> = {
    "without a filter": { stations: null, bbox: null },
    "of some stations": { stations: new Set(["46026"]), bbox: null },
    "with a bbox": { stations: null, bbox: { west: 0, south: 0, east: 1, north: 1 } },
  };

  /** Returns the times in seconds at which a stream gets bytes, with a report every `seconds`. */
  async function writesTo(
    filter: Filter,
    reportEveryS: number,
    options: { isLive: boolean; read?: () => Promise<never> },
  ): Promise<number[]> {
    const clock = createTestClock();
    start(clock, options.read);
    const writes: number[] = [];
    const outbox = new Outbox({ write: async () => void writes.push(clock.monotonicMs() / 1_000) }, () => {});
    const listener: Listener = { outbox, filter, address: "127.0.0.1", after: 0n, end() {} };
    broadcast.open(listener);
    if (options.isLive) broadcast.goLive(listener);
    for (let second = 1; second <= 300; second++) {
      await clock.advance(everySecond);
      if (second % reportEveryS !== 0) continue;
      report();
      await nextTurn();
    }
    return writes;
  }

  const longestGap = (writes: number[]) =>
    Math.max(...[...writes, 300].map((second, index) => second - (writes[index - 1] ?? 0)));

  test.each(Object.keys(filters).flatMap((name) => [5, 8, 11, 13, 1_000].map((seconds) => [name, seconds] as const)))(
    "leaves no stream %s without a byte for 15 s, with a report every %d s",
    async (name, seconds) => {
      const filter = filters[name] ?? { stations: null, bbox: null };
      expect(longestGap(await writesTo(filter, seconds, { isLive: true }))).toBeLessThanOrEqual(15);
    },
  );

  test("reaches a stream that waits for the database", async () => {
    const writes = await writesTo({ stations: null, bbox: null }, 5, { isLive: false });
    expect(longestGap(writes)).toBeLessThanOrEqual(15);
  });

  test("reaches a stream with a bbox while station positions are read, without an event id", async () => {
    const never = () => new Promise<never>(() => {});
    const filter = filters["with a bbox"] ?? { stations: null, bbox: null };
    const writes = await writesTo(filter, 5, { isLive: true, read: never });
    expect(longestGap(writes)).toBeLessThanOrEqual(15);
  });
});

test("a stream with a bbox ends, to resume later, if station positions cannot be read within 5 s", async () => {
  const clock = createTestClock();
  start(clock, () => new Promise<never>(() => {}));
  const ended: string[] = [];
  const region = { stations: null, bbox: { west: 0, south: 0, east: 1, north: 1 } };
  const outbox = new Outbox({ write: async () => {} }, () => {});
  const listener: Listener = {
    outbox,
    filter: region,
    address: "127.0.0.1",
    after: 0n,
    end: (code) => ended.push(code),
  };
  broadcast.open(listener);
  broadcast.goLive(listener);
  report();
  await untilWritten(1);
  await clock.advance(4_999);
  expect(ended).toEqual([]);
  await clock.advance(1);
  expect(ended).toEqual(["positions_unavailable"]);
});

test("a reset is the last event of each live stream, after all earlier events; other streams end without one", async () => {
  start();
  const [live, waiting] = [join(), join({ isLive: false })];
  report();
  broadcast.resetAll("the database was set back", 9n);
  await nextTurn();
  expect(live).toEqual(["1", "9", "end"]);
  expect(waiting).toEqual(["end"]);
  expect(broadcast.size).toBe(0);
});
