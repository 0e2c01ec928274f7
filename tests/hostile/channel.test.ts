// Tests of malformed and forged messages on the Redis channel.

import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { redisNames } from "../../shared/channels.ts";
import { coreMeasurements, extraMeasurements, type Observation } from "../../shared/measurements.ts";
import { encodeObservation, parseMessage } from "../../shared/observation.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { observed } from "../rig/observed.ts";
import { spawnService, startStack } from "../rig/stack.ts";
import { mutated } from "./mutations.ts";
import { inputs } from "./seed.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = spawnService("server", { DATABASE_URL: stack.databaseUrl, REDIS_URL: stack.redisUrl });
const url = await server.up;
// Before the server has subscribed, messages of other programs are lost.
while (!(await fetch(`${url}/ready`)).ok) await Bun.sleep(10);
const streamUrl = `${url}/v1/observations/stream`;
let listener: Listening;

beforeEach(async () => {
  listener = await listen(streamUrl);
});
afterEach(() => listener.leave());

afterAll(async () => {
  await server.stop("SIGKILL");
  await stack.stop();
});

/** The message of the contract, and one with more fields. */
const lines = [
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}',
  '{"stationId":"51WH0","timestamp":"2025-11-15T12:10:00.000Z","waveHeightM":null,"windSpeedMps":0,"windDirDeg":null,"waterTempC":-0.5,"pressureHpa":null,"gustMps":3,"note":"Île de Sein \\u2713"}',
].map((line) => Buffer.from(line).toString("latin1"));

/** Generates values that are invalid for a field of the contract, or only just valid. */
const jsonValue = fc.oneof(
  fc.constantFrom("1e999", "-1e999", "1e-999", "-0", "1e308", "NaN", "Infinity", "01", "0x10", '"1.2"', '""', "true"),
  fc.constantFrom("null", "[1]", "{}", '"44009"', '"../44"', '"44ß09"', '"2025-02-30T12:00:00.000Z"'),
  fc.constantFrom('"2025-11-15T24:00:00.000Z"', '"2025-11-15T12:00:00Z"', '"2025-11-15T12:00:00.000+00:00"'),
  fc.json({ maxDepth: 2 }),
);

const key = fc.constantFrom(
  "stationId",
  "timestamp",
  ...coreMeasurements,
  ...extraMeasurements,
  "__proto__",
  "toString",
);

/** Generates messages that are well formed except for one value or a repeated key. */
const withHostileValue = fc
  .tuple(fc.constantFrom(...lines), key, jsonValue, fc.boolean())
  .map(([line, name, json, isNew]) => {
    const value = Buffer.from(json).toString("latin1");
    const found = new RegExp(`"${name}":("[^"]*"|[^,}]*)`);
    if (isNew || !found.test(line)) return line.replace(/\}$/, () => `,"${name}":${value}}`);
    return line.replace(found, () => `"${name}":${value}`);
  });

/** Generates messages without an event id, one character per byte; most of them are invalid. */
const message = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...lines).chain(mutated) },
  { weight: 5, arbitrary: withHostileValue },
  { weight: 1, arbitrary: fc.json().map((json) => Buffer.from(json).toString("latin1")) },
  { weight: 1, arbitrary: fc.constantFrom(...lines) },
);

/** Returns what a listener gets for a message: its text, or nothing if the message is invalid. */
function heardOf(bytes: Buffer): string[] {
  if (bytes.length > 64 * 1024) return [];
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return !/[\r\n]/.test(text) && fits(JSON.parse(text)) ? [text] : [];
  } catch {
    return [];
  }
}

function fits(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  const own = new Map(Object.entries(json));
  const [stationId, timestamp] = [own.get("stationId"), own.get("timestamp")];
  const milliseconds = Date.parse(String(timestamp));
  return (
    typeof stationId === "string" &&
    /^[A-Z0-9]{4,10}$/.test(stationId) &&
    typeof timestamp === "string" &&
    timestamp.endsWith(".000Z") &&
    !Number.isNaN(milliseconds) &&
    new Date(milliseconds).toISOString() === timestamp &&
    coreMeasurements.every((name) => own.get(name) === null || Number.isFinite(own.get(name))) &&
    extraMeasurements.every((name) => !own.has(name) || Number.isFinite(own.get(name))) &&
    !own.has("eventId")
  );
}

const publish = (text: string | Buffer) => stack.redis.publish(redisNames("").observationsNew, text);

test("of more than a thousand messages, listeners get the valid ones, in order and byte for byte, and no other", async () => {
  let malformed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 60, maxLength: 60 }), async (messages) => {
      const before = listener.observations.length;
      // Numbered, so that the test does not confuse it with the one of an earlier batch.
      const last = (lines[0] ?? "").replace("}", `,"batch":${malformed}}`);
      const all = [...messages, last].map((characters) => Buffer.from(characters, "latin1"));
      const expected = all.flatMap(heardOf);
      malformed += all.length - expected.length;
      await Promise.all(all.map(publish));
      await listener.event(({ data }) => data === last);
      expect(listener.observations.slice(before).map(({ data }) => data)).toEqual(expected);
    }),
    inputs(30),
  );
  expect(malformed).toBeGreaterThan(1_000);
});

let minute = Date.parse("2026-05-06T00:00:00Z");

/** Stores new events as the worker does. @returns what a listener must receive */
async function store(count: number): Promise<{ id: string; data: string }[]> {
  const rows = Array.from({ length: count }, (_, index) => {
    minute += 60_000;
    return observed("44009", new Date(minute).toISOString(), { waveHeightM: index % 20 });
  });
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
  const stored = await stack.sql<(Observation & { eventId: string })[]>`
    select * from observations where event_id is not null order by event_id desc limit ${count}
  `;
  return stored.map((row) => ({ id: row.eventId, data: encodeObservation(row) })).reverse();
}

/** Generates event ids that a program might publish, as JSON, while the server is at `position`. */
const forgedId = fc
  .oneof(
    fc.constantFrom(2n ** 63n - 1n, 2n ** 63n, 2n ** 64n, 10n ** 17n, 10n ** 18n, 10n ** 30n, -1n).map(String),
    fc.constantFrom("", " ", "+5", "1e3", "0x10", "1.0", "٣", "null", "NaN", "-0", "9".repeat(60_000)),
    // An old id, the next one, and one that may follow soon.
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.integer({ min: 1, max: 5 }),
    fc.nat(9).map((id) => `00${id}`),
  )
  .map((id) => (position: bigint) => JSON.stringify(typeof id === "number" ? String(position + BigInt(id)) : id));

const unquotedId = fc.constantFrom("5", "null", "{}", '["5"]', "true", "1e400").map((json) => (): string => json);

test("with any forged event id, listeners get each real event once, in order, and no forged one", async () => {
  const forged = fc.tuple(fc.oneof({ weight: 6, arbitrary: forgedId }, unquotedId), fc.boolean());
  const some = fc.array(forged, { minLength: 8, maxLength: 14 });
  const round = fc.tuple(some, some, fc.integer({ min: 1, max: 5 }));
  let position = 0n;
  let count = 0;
  await fc.assert(
    fc.asyncProperty(round, async ([early, late, stored]) => {
      const before = listener.observations.length;
      const publishForged = (list: typeof early) =>
        Promise.all(
          list.map(([idOf, isFirst]) => {
            const id = `"eventId":${idOf(position)}`;
            const line = (lines[0] ?? "").replace("1.2", "99");
            return publish(isFirst ? line.replace("{", `{${id},`) : line.replace("}", `,${id}}`));
          }),
        );
      count += early.length + late.length;
      await publishForged(early);
      const real = await store(stored);
      // Stored but not published yet: forged ids may make the server read them.
      await publishForged(late);
      await publishPending(stack.sql, stack.redis);
      position = BigInt(real.at(-1)?.id ?? 0);
      await listener.event(({ id, event }) => event === "observation" && id === String(position));
      expect(listener.observations.slice(before)).toMatchObject(real);
      expect(listener.observations).toHaveLength(before + real.length);
    }),
    { ...inputs(60), endOnFailure: true },
  );
  expect(count).toBeGreaterThan(1_000);
});

test("a message with a second event id in escaped letters passes on neither id", () => {
  const hidden = (lines[0] ?? "").replace("}", () => ',"\\u0065ventId":"7","eventId":"5"}');
  const { eventId, data } = parseMessage(hidden);
  expect(eventId).toBe("5");
  expect(Object.keys(JSON.parse(data))).not.toContain("eventId");
});

test("after all these messages the server has logged no error and stops normally", async () => {
  expect(await server.stop()).toBe(0);
  expect((await server.ended).stderr).toBe("");
  expect(server.logged.filter(({ level }) => level === "error")).toEqual([]);
});
