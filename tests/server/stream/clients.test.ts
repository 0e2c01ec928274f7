// Tests of the stream with other SSE clients, through heartbeats and a broken connection.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { EventStreamContentType, fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSource } from "eventsource";
import { createEventSource } from "eventsource-client";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { startApp } from "../../rig/app.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";
import { startWire } from "../../rig/wire.ts";

setDefaultTimeout(120_000);

/** Receives each event of a client; the data of each event is JSON. */
type Take = (event: string, data: string) => void;
/** Reads a stream and reconnects. @returns a function that ends it */
type Follow = (url: string, take: Take) => () => void;

const names = ["connection", "observation", "heartbeat", "reset", "message"];

const clients: Record<string, Follow> = {
  eventsource(url, take) {
    const source = new EventSource(url);
    for (const name of names) source.addEventListener(name, ({ type, data }) => take(type, data));
    return () => source.close();
  },
  "eventsource-client"(url, take) {
    const source = createEventSource({ url, onMessage: ({ event = "message", data }) => take(event, data) });
    return () => source.close();
  },
  "@microsoft/fetch-event-source"(url, take) {
    // The library is made for pages, and reads these globals.
    Object.assign(globalThis, { window: globalThis, document: { removeEventListener() {} } });
    const gone = new AbortController();
    void fetchEventSource(url, {
      signal: gone.signal,
      openWhenHidden: true,
      async onopen({ headers }) {
        expect(headers.get("Content-Type")).toStartWith(EventStreamContentType);
      },
      onmessage: ({ event, data }) => take(event || "message", data),
      onclose() {
        throw new Error("reconnect");
      },
    });
    return () => gone.abort();
  },
  curl(url, take) {
    let child: Bun.Subprocess | undefined;
    let isOver = false;
    let lastEventId = "";
    async function run(): Promise<void> {
      while (!isOver) {
        const resume = lastEventId === "" ? [] : ["--header", `Last-Event-ID: ${lastEventId}`];
        child = Bun.spawn(["curl", "-sN", ...resume, url], { stdout: "pipe", stderr: "ignore" });
        let [event, data] = ["message", ""];
        for await (const line of linesOf(child.stdout as ReadableStream<Uint8Array>)) {
          if (line.startsWith("event: ")) event = line.slice(7);
          else if (line.startsWith("data: ")) data = line.slice(6);
          else if (line.startsWith("id: ")) lastEventId = line.slice(4);
          else if (line === "") {
            take(event, data);
            [event, data] = ["message", ""];
          }
        }
        await child.exited;
        await Bun.sleep(200);
      }
    }
    void run();
    return () => {
      isOver = true;
      child?.kill();
    };
  },
};

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

const clock = createTestClock();
const stack = await startStack();
const app = await startApp(stack, { clock });
const wire = await startWire(app.url);

afterAll(async () => {
  // Other test files in this process test the page, which checks for a document.
  for (const name of ["window", "document"]) Reflect.deleteProperty(globalThis, name);
  await wire.stop();
  await app.stop();
  await stack.stop();
});

let minute = Date.parse("2026-05-06T00:00:00Z");

/** Stores and publishes one observation of each station. */
async function report(...stationIds: string[]): Promise<void> {
  minute += 60_000;
  const rows = stationIds.map((stationId) => observed(stationId, new Date(minute).toISOString(), { waveHeightM: 1 }));
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
  await publishPending(stack.sql, stack.redis);
}

type Heard = { follow: string; query: string; events: string[]; observations: string[]; heartbeats: string[] };

test("eventsource, eventsource-client, fetch-event-source and curl get each event once, and only JSON data", async () => {
  const all: Heard[] = [];
  const ends = Object.entries(clients).flatMap(([follow, start]) =>
    ["", "?stations=44009"].map((query) => {
      const heard: Heard = { follow, query, events: [], observations: [], heartbeats: [] };
      all.push(heard);
      return start(`${wire.url}/v1/observations/stream${query}`.replace("//v1", "/v1"), (event, data) => {
        const { timestamp, lastEventId } = JSON.parse(data);
        heard.events.push(event);
        if (event === "observation") heard.observations.push(timestamp);
        if (event === "heartbeat") heard.heartbeats.push(lastEventId);
      });
    }),
  );
  const untilAll = async (holds: (heard: Heard) => boolean) => {
    while (!all.every(holds)) await Bun.sleep(20);
  };
  const connections = ({ events }: Heard) => events.filter((event) => event === "connection").length;

  await untilAll((heard) => connections(heard) === 1);
  await report("44009", "46026");
  await untilAll(({ observations }) => observations.length >= 1);
  await report("46026");
  await untilAll(({ query, observations }) => query !== "" || observations.length === 3);
  for (let quiet = 1; quiet <= 3; quiet++) await clock.advance(12_000);
  await untilAll(({ query, heartbeats }) => query === "" || heartbeats.length === 3);
  await report("44009");
  await untilAll(({ query, observations }) => observations.length === (query === "" ? 4 : 2));

  await wire.cut();
  await report("44009", "46026");
  await wire.mend();
  await untilAll(({ query, observations }) => observations.length === (query === "" ? 6 : 3));
  for (const end of ends) end();

  for (const heard of all) {
    // A heartbeat of a filtered stream has the newest event id: three events are stored.
    expect(heard).toMatchObject({ heartbeats: heard.query === "" ? [] : expect.arrayContaining(["3", "3", "3"]) });
    expect(connections(heard), heard.follow).toBe(2);
    expect(
      heard.events.filter((event) => event === "message" || event === "reset"),
      heard.follow,
    ).toEqual([]);
  }
});
