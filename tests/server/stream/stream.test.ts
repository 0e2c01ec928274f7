// Tests of the stream: events, filters, resuming, resets, clean-up.

import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { PositionedObservation } from "../../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { pruneBefore } from "../../../services/worker/tasks/prune.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { measurements, type Observation } from "../../../shared/measurements.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { type Listening, listen } from "../../rig/listen.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = await stack.start("server");
const streamUrl = `${server.url}/v1/observations/stream`;
// Before it has subscribed, the server can only pass on stored events.
while (!(await fetch(`${server.url}/ready`)).ok) await Bun.sleep(10);
const open: Listening[] = [];

/** Message of the contract, as any program may publish it. */
const line =
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';

const places: Record<string, [latitude: number, longitude: number]> = {
  "44009": [38.46, -74.7],
  "46026": [37.75, -122.84],
  "51001": [24.45, -162.0],
  "52200": [13.35, 144.79],
};

let minute = Date.parse("2026-05-06T00:00:00Z");

/** Returns observations of the given stations, one minute apart. */
function observations(...stationIds: string[]): PositionedObservation[] {
  return stationIds.map((stationId) => {
    const [latitude = 0, longitude = 0] = places[stationId] ?? [];
    minute += 60_000;
    const missing = Object.fromEntries(measurements.map((name) => [name, null])) as Omit<
      Observation,
      "stationId" | "observedAt"
    >;
    return { ...missing, waveHeightM: 1.5, stationId, observedAt: new Date(minute), latitude, longitude };
  });
}

const file = { etag: null, lastModified: null, hash: null };

/** Stores observations as the worker does. @returns their event ids */
async function store(rows: PositionedObservation[]): Promise<string[]> {
  await storePoll(stack.sql, latestObsPath, file, rows, unguardedIds);
  const ids = await stack.sql<{ eventId: string }[]>`
    select event_id from observations where event_id is not null order by event_id desc limit ${rows.length}
  `;
  return ids.map((row) => row.eventId).reverse();
}

/** Stores and publishes. @returns the event ids */
async function report(...stationIds: string[]): Promise<string[]> {
  const ids = await store(observations(...stationIds));
  await publishPending(stack.sql, stack.redis);
  return ids;
}

async function listening(query = "", headers: Record<string, string> = {}): Promise<Listening> {
  const listener = await listen(streamUrl + query, headers);
  open.push(listener);
  return listener;
}

/** Publishes a last message and resolves with all events of a stream up to it. */
async function heardByNow(listener: Listening): Promise<Listening["observations"]> {
  const heard = listener.observations.length;
  await stack.redis.publish("observations:new", line.replace("44009", "46026"));
  await listener.heard(heard + 1);
  return listener.observations.filter(({ id }) => id !== null);
}

const idsOf = (events: Listening["observations"]) => events.map(({ id }) => id);

async function problemOf(
  query: string,
): Promise<{ status: number; type: string | null; body: { detail: string; parameter: string } }> {
  const response = await fetch(streamUrl + query);
  const body = (await response.json()) as { detail: string; parameter: string };
  return { status: response.status, type: response.headers.get("Content-Type"), body };
}

afterAll(stack.stop);
afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});

describe("a stream", () => {
  test("begins with the connection event and the headers of an event stream", async () => {
    const listener = await listening();
    const [first] = listener.events;
    expect(listener.status).toBe(200);
    expect(listener.headers.get("Content-Type")).toStartWith("text/event-stream");
    expect(listener.headers.get("Cache-Control")).toBe("no-cache, no-transform");
    expect(listener.headers.get("X-Accel-Buffering")).toBe("no");
    expect(listener.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(first).toMatchObject({ event: "connection", id: "0" });
    expect(JSON.parse(first?.data ?? "")).toEqual({
      status: "connected",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      lastEventId: "0",
    });
    expect(listener.raw).toMatch(/^retry: \d+\nevent: connection\n/);
  });

  test("passes on the message of the contract byte for byte, without an id", async () => {
    const listener = await listening();
    await stack.redis.publish("observations:new", line);
    const [heard] = await listener.heard(1);
    expect(heard).toMatchObject({ event: "observation", data: line, id: null });
    expect(listener.raw).toEndWith(`event: observation\ndata: ${line}\n\n`);
  });

  test("passes on a message of the worker with its event id, which is not part of the data", async () => {
    const listener = await listening();
    const [id = ""] = await report("44009");
    const [heard] = await listener.heard(1);
    expect(heard?.id).toBe(id);
    expect(heard?.data).toStartWith('{"stationId":"44009","timestamp":"2026-05-06T00:01:00.000Z","waveHeightM":1.5,');
    expect(heard?.data).not.toContain("eventId");
  });

  test("passes on unknown keys", async () => {
    const listener = await listening();
    const extended = line.replace("}", ',"salinityPsu":35}');
    await stack.redis.publish("observations:new", extended);
    expect((await listener.heard(1))[0]?.data).toBe(extended);
  });

  test.each([
    ["is not JSON", "the sea is calm"],
    ["lacks a key", line.replace(',"pressureHpa":1012.8', "")],
    ["has a word for a number", line.replace("1.2", '"high"')],
    ["has no valid station", line.replace("44009", "../etc")],
    ["has a raw line break", line.replace(",", ",\n")],
    ["is larger than 64 kB", line.replace("}", `,"note":"${"x".repeat(70_000)}"}`)],
    ["has an invalid event id", line.replace("}", ',"eventId":"-1"}')],
    ["names an event far ahead that is not stored", line.replace("}", ',"eventId":"999999999999"}')],
  ])("drops a message that %s, logs it, and continues", async (_, message) => {
    const listener = await listening();
    const drops = () => server.logged.filter((entry) => entry.message === "dropped a message").length;
    const before = drops();
    await stack.redis.publish("observations:new", message);
    await stack.redis.publish("observations:new", line);
    const heard = await listener.heard(1);
    expect(heard.map(({ data }) => data)).toEqual([line]);
    await server.line((entry) => entry.message === "dropped a message" && drops() === before + 1);
  });

  test("continues in order after a program published an event id far ahead", async () => {
    const listener = await listening();
    await stack.redis.publish("observations:new", line.replace("}", ',"eventId":"888888888888"}'));
    const ids = await report("44009", "46026");
    expect(idsOf(await listener.heard(2))).toEqual(ids);
  });

  test("drops an event that is published again", async () => {
    const listener = await listening();
    const [id = ""] = await report("44009");
    await listener.heard(1);
    await stack.redis.publish("observations:new", line.replace("}", `,"eventId":"${id}"}`));
    expect(idsOf(await heardByNow(listener))).toEqual([id]);
  });

  test("sends an event whose message was lost as soon as a later one arrives", async () => {
    const listener = await listening();
    const [lost = ""] = await store(observations("44009"));
    await stack.sql`update stream_marks set published_event_id = ${lost}`;
    const [later = ""] = await report("46026");
    expect(idsOf(await listener.heard(2))).toEqual([lost, later]);
  });
});

describe("a filter", () => {
  test("by stations passes only those", async () => {
    const listener = await listening("?stations=46026,51001");
    const [, second = "", third = ""] = await report("44009", "46026", "51001", "52200");
    expect(idsOf(await listener.heard(2))).toEqual([second, third]);
  });

  test("accepts ids in lower case", async () => {
    const listener = await listening("?stations=51wh0");
    const whotstation = line.replace("44009", "51WH0");
    await stack.redis.publish("observations:new", whotstation);
    expect((await listener.heard(1))[0]?.data).toBe(whotstation);
  });

  test("by bbox passes only stations within the box", async () => {
    const listener = await listening("?bbox=-130,30,-110,50");
    const [, california = ""] = await report("44009", "46026", "51001");
    expect(idsOf(await listener.heard(1))).toEqual([california]);
  });

  test("by bbox may span the date line", async () => {
    const listener = await listening("?bbox=140,0,-150,30");
    const [, hawaii = "", guam = ""] = await report("44009", "51001", "52200", "46026");
    expect(idsOf(await listener.heard(2))).toEqual([hawaii, guam]);
  });

  test.each([
    ["170,-10,180,0", 175, true],
    ["-180,-10,-170,0", -175, true],
    ["170,-10,-170,0", 175, true],
    ["170,-10,-180,0", 175, true],
    ["180,-10,-170,0", -175, true],
    ["-180,-10,-180,0", -180, true],
    ["-179,-10,179,0", 0, false],
    ["170,-10,179,0", 175, false],
    ["179,-10,-179,0", 179.5, true],
  ])("by bbox treats 180° and -180° as the same meridian: bbox=%s", async (bbox, longitude, isWithin) => {
    Object.assign(places, { "99180": [-5, 180], "99181": [-5, -180], "99000": [-5, longitude] });
    const live = await listening(`?bbox=${bbox}`);
    const ids = await report("99180", "99181", "99000");
    const expected = isWithin ? ids : ids.slice(2);
    await live.event(({ id }) => id === ids[2]);
    expect(idsOf(live.observations)).toEqual(expected);
    // Live events are filtered in memory, a replay by PostgreSQL.
    const replayed = await listening(`?bbox=${bbox}&lastEventId=${BigInt(ids[0] ?? 0) - 1n}`);
    await replayed.event(({ id, event }) => event === "observation" && id === ids[2]);
    expect(idsOf(replayed.observations)).toEqual(expected);
  });

  test("by bbox includes a station from its first report on", async () => {
    const listener = await listening("?bbox=0,0,10,10");
    places["99001"] = [5, 5];
    const [id = ""] = await report("99001");
    expect(idsOf(await listener.heard(1))).toEqual([id]);
  });

  test.each([
    ["?stations=44009,no", "stations"],
    ["?stations=", "stations"],
    ["?bbox=1,2,3", "bbox"],
    ["?bbox=-130,50,-110,30", "bbox"],
    ["?bbox=-200,30,-110,50", "bbox"],
    ["?bbox=a,b,c,d", "bbox"],
    ["?since=yesterday", "since"],
    ["?since=2026-02-30T00:00:00Z", "since"],
    [`?stations=${Array.from({ length: 501 }, (_, index) => `A${1000 + index}`).join(",")}`, "stations"],
  ])("%s is rejected with a problem document that names the parameter", async (query, parameter) => {
    const { status, type, body } = await problemOf(query);
    expect(status).toBe(400);
    expect(type).toBe("application/problem+json");
    expect(body.parameter).toBe(parameter);
    expect(body.detail).toStartWith(parameter);
  });
});

describe("a listener that resumes", () => {
  let ids: string[] = [];
  beforeEach(async () => {
    const listener = await listening();
    ids = await report("44009", "46026", "51001", "52200");
    await listener.event(({ id }) => id === ids[3]);
  });

  test("gets the events after its Last-Event-ID", async () => {
    const listener = await listening("", { "Last-Event-ID": ids[0] ?? "" });
    expect(idsOf(await listener.heard(3))).toEqual(ids.slice(1));
    expect(JSON.parse(listener.events[0]?.data ?? "")).toMatchObject({ lastEventId: ids[0] });
  });

  test("gets the same with ?lastEventId=, which the header overrides", async () => {
    const byQuery = await listening(`?lastEventId=${ids[1]}`);
    expect(idsOf(await byQuery.heard(2))).toEqual(ids.slice(2));
    const both = await listening(`?lastEventId=${ids[1]}`, { "Last-Event-ID": ids[2] ?? "" });
    expect(idsOf(await both.heard(1))).toEqual(ids.slice(3));
  });

  test("goes live after the missed events", async () => {
    const listener = await listening(`?lastEventId=${ids[2]}`);
    await listener.heard(1);
    const [next = ""] = await report("44009");
    expect(idsOf(await listener.heard(2))).toEqual([ids[3] ?? "", next]);
  });

  test("gets the observations since a time, inclusive", async () => {
    const since = new Date(minute - 60_000).toISOString();
    const listener = await listening(`?since=${since}`);
    expect(idsOf(await listener.heard(2))).toEqual(ids.slice(2));
  });

  test("gets only events that pass its filter, and an id after the excluded ones", async () => {
    const listener = await listening(`?lastEventId=${ids[0]}&stations=46026`);
    expect(idsOf(await listener.heard(1))).toEqual([ids[1] ?? ""]);
    await heardByNow(listener);
    expect(await listener.event(({ event }) => event === "heartbeat")).toMatchObject({
      id: ids[3],
      data: JSON.stringify({ lastEventId: ids[3] }),
    });
  });

  test("gets each event exactly once while more events arrive", async () => {
    const first = ids[0] ?? "";
    const reporting = (async () => {
      for (let round = 0; round < 40; round++) await report("44009", "46026", "51001");
    })();
    const listeners = await Promise.all(Array.from({ length: 10 }, () => listening(`?lastEventId=${first}`)));
    await reporting;
    const stored = await stack.sql<{ eventId: string }[]>`
      select event_id from observations where event_id > ${first} order by event_id
    `;
    for (const listener of listeners) {
      await listener.heard(stored.length);
      expect(idsOf(listener.observations)).toEqual(stored.map((row) => row.eventId));
    }
  });

  test.each([
    ["is no number", "abc"],
    ["is newer than every stored event", "123456789012"],
  ])("gets a reset if its last event id %s", async (_, lastEventId) => {
    const listener = await listening("", { "Last-Event-ID": lastEventId });
    const reset = await listener.event(({ event }) => event === "reset");
    expect(listener.status).toBe(200);
    expect(JSON.parse(reset.data)).toEqual({ reason: expect.any(String), lastEventId: ids[3] });
    expect(reset.id).toBe(ids[3] ?? "");
    const [next = ""] = await report("44009");
    expect(idsOf(await listener.heard(1))).toEqual([next]);
  });

  test("gets a reset if it missed more than 10,000 events", async () => {
    const listener = await listening("?stations=44009");
    await stack.sql`
      insert into observations (station_id, observed_at, event_id)
      select '46026', timestamptz '2026-01-01' + n * interval '1 minute', nextval('event_ids')
      from generate_series(1, 10000) as n
    `;
    const [newest = ""] = await report("44009");
    await listener.heard(1);
    const late = await listening(`?lastEventId=${ids[3]}`);
    const reset = await late.event(({ event }) => event === "reset");
    expect(JSON.parse(reset.data)).toEqual({ reason: "more than 10000 events were missed", lastEventId: newest });
    // With its filter it missed only a few, and gets those.
    const filtered = await listening(`?lastEventId=${ids[3]}&stations=44009`);
    expect(idsOf(await filtered.heard(1))).toEqual([newest]);
  });

  test("gets a reset if the missed events were pruned", async () => {
    await pruneBefore(stack.sql, new Date(minute));
    const listener = await listening(`?lastEventId=${ids[0]}`);
    const reset = await listener.event(({ event }) => event === "reset");
    expect(JSON.parse(reset.data).reason).toContain("no longer stored");
  });
});

describe("a database that was restored from a backup", () => {
  test("ends the streams, which then restart and get new events", async () => {
    const [kept = "", lost = "", , newestLost = ""] = await report("44009", "46026", "46026", "46026");
    const listener = await listening();
    // Like a backup made after the first event: the other events and their ids are gone.
    await stack.sql`delete from observations where event_id > ${kept}`;
    await stack.sql`update stream_marks set published_event_id = ${kept}`;
    await stack.sql`select setval('event_ids', ${kept})`;
    const [again = ""] = await report("51001");
    expect(again).toBe(lost);
    await listener.ended;
    const resumed = await listening("", { "Last-Event-ID": newestLost });
    const reset = await resumed.event(({ event }) => event === "reset");
    expect(JSON.parse(reset.data)).toMatchObject({ lastEventId: again });
    const [next = ""] = await report("52200");
    expect(idsOf(await resumed.heard(1))).toEqual([next]);
  });
});

describe("clean-up", () => {
  test("a client that disconnects is removed", async () => {
    const openStreams = async () =>
      ((await (await fetch(`${server.url}/health`)).json()) as { streams: number }).streams;
    while ((await openStreams()) > 0) await Bun.sleep(20);
    const listeners = await Promise.all([listening(), listening(), listening()]);
    expect(await openStreams()).toBe(3);
    for (const listener of listeners) listener.leave();
    while ((await openStreams()) > 0) await Bun.sleep(20);
  });

  test("a server that gets SIGTERM ends its streams and exits with 0", async () => {
    const second = await stack.start("server");
    const listener = await listen(`${second.url}/v1/observations/stream`);
    expect(await second.stop("SIGTERM")).toBe(0);
    await listener.ended;
  });
});
