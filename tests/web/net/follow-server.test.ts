// The page's requests for stations and status beside the stream, with a test clock.

import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Station } from "../../../shared/client/answers.ts";
import { followServer } from "../../../web/net/follow-server.ts";
import { createTestClock, type TestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

/** The parts of EventSource that the page uses; the test acts as the server. */
class SpokenSource extends EventTarget {
  static readonly OPEN = 1;
  static readonly opened: SpokenSource[] = [];
  readyState = SpokenSource.OPEN;
  constructor(readonly url: string) {
    super();
    SpokenSource.opened.push(this);
  }
  close(): void {
    this.readyState = 2;
  }
  say(type: string, lastEventId: string, data = ""): void {
    this.dispatchEvent(Object.assign(new Event(type), { lastEventId, data }));
  }
}

const { EventSource, fetch, addEventListener } = globalThis;
const answers: Record<string, unknown> = {
  "/v1/conditions": { lastEventId: "7", conditions: [] },
  "/v1/stations": { stations: [] },
};
let asked: string[] = [];
let newestEventId = "7";
let clock: TestClock;

beforeAll(() => {
  Object.assign(globalThis, {
    EventSource: SpokenSource,
    addEventListener() {},
    async fetch(input: string | URL) {
      const { pathname } = new URL(String(input));
      asked.push(pathname);
      return Response.json(pathname === "/v1/status" ? status() : answers[pathname]);
    },
  });
});
afterAll(() => void Object.assign(globalThis, { EventSource, fetch, addEventListener }));

const status = () => ({
  version: "1",
  lastPoll: null,
  ndbcLastModified: null,
  stationsReporting: 0,
  simulated: false,
  lastEventId: newestEventId,
});
const timesAsked = (path: string) => asked.filter((one) => one === path).length;

/** Resolves when the page has read all answers. */
const answered = () => new Promise((resolve) => setTimeout(resolve));

const shown: Station[][] = [];

async function follow(): Promise<SpokenSource> {
  const meet = followServer(
    "http://sea.test",
    {
      onState() {},
      onSnapshot() {},
      onArrival: ({ observation }) => meet(observation.stationId),
      onStations: (stations) => void shown.push(stations),
      onStatus() {},
      knows: () => false,
    },
    clock,
  );
  await clock.advance(0);
  await answered();
  const source = SpokenSource.opened.at(-1);
  if (source === undefined) throw new Error("no stream was opened");
  source.say("connection", "7");
  await answered();
  return source;
}

async function pass(milliseconds: number): Promise<void> {
  await clock.advance(milliseconds);
  await answered();
}

beforeEach(() => {
  clock = createTestClock();
  asked = [];
  shown.length = 0;
  newestEventId = "7";
  SpokenSource.opened.length = 0;
});

describe("A page", () => {
  test("requests the stations once an hour", async () => {
    await follow();
    expect(shown).toHaveLength(1);
    await pass(59 * 60_000);
    expect(timesAsked("/v1/stations")).toBe(1);
    await pass(60_000);
    expect(shown).toHaveLength(2);
  });

  test("requests a new station at least five seconds after the last request, and once a minute while it is unknown", async () => {
    const source = await follow();
    const report = (id: string) =>
      source.say(
        "observation",
        id,
        '{"stationId":"52200","timestamp":"2026-05-06T12:00:00.000Z","waveHeightM":1,"windSpeedMps":null,"windDirDeg":null,"waterTempC":null,"pressureHpa":null}',
      );
    report("8");
    await pass(4_999);
    expect(timesAsked("/v1/stations")).toBe(1);
    await pass(1);
    expect(timesAsked("/v1/stations")).toBe(2);
    report("9");
    await pass(59_999);
    expect(timesAsked("/v1/stations")).toBe(2);
    await pass(1);
    expect(timesAsked("/v1/stations")).toBe(3);
  });

  test("requests the status every minute, and reconnects when its stream was behind in two of them", async () => {
    await follow();
    newestEventId = "9";
    await pass(60_000);
    expect(SpokenSource.opened).toHaveLength(1);
    await pass(60_000);
    expect(SpokenSource.opened).toHaveLength(2);
  });

  test("reconnects after a sleep of the machine", async () => {
    await follow();
    await pass(5_000);
    expect(SpokenSource.opened).toHaveLength(1);
    clock.setNow(clock.now() + 120_000);
    await pass(1_000);
    expect(SpokenSource.opened).toHaveLength(2);
  });
});
