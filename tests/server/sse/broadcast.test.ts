import { afterEach, expect, test } from "bun:test";
import { type Broadcast, createBroadcast, type Listener } from "../../../services/server/sse/broadcast.ts";
import { observationFrame } from "../../../services/server/sse/frames.ts";
import { Outbox } from "../../../services/server/sse/outbox.ts";
import { createPlaces } from "../../../services/server/sse/places.ts";

let position = 0n;
/** What each write to all held, by event id. */
let written: (bigint | null)[][] = [];
let broadcast: Broadcast;

function start(): void {
  position = 0n;
  written = [];
  broadcast = createBroadcast(
    createPlaces(async () => new Map()),
    () => position,
    (frames) => written.push(frames.map(({ eventId }) => eventId)),
  );
}
afterEach(() => broadcast.stop());

/** A live listener, and the ids that it has heard so far. */
function join(): string[] {
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
    end: () => broadcast.close(listener),
  };
  broadcast.open(listener);
  broadcast.goLive(listener);
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

test("the first of many listeners have an event before the last, and what comes meanwhile is one write more", async () => {
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

test("who comes while an event is being handed out hears what follows, and those that were there miss nothing", async () => {
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
