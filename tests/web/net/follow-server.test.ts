// What the page does around its stream, with a test clock: its requests, sleep, hidden and other tabs.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Station } from "../../../shared/client/answers.ts";
import type { ConnectionState } from "../../../web/net/connection-state.ts";
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
/** The page's window and document. */
let page = new EventTarget();
const server = "http://sea.test";
const answers: Record<string, unknown> = {
  "/v1/conditions": { lastEventId: "7", conditions: [] },
  "/v1/stations": { stations: [] },
};
let asked: string[] = [];
let newestEventId = "7";
let clock: TestClock;
let isIdle = false;
let isReachable = true;

beforeAll(() => {
  Object.assign(globalThis, {
    EventSource: SpokenSource,
    async fetch(input: string | URL) {
      const { pathname } = new URL(String(input));
      asked.push(pathname);
      if (!isReachable && pathname !== "/v1/stations") throw new TypeError("fetch failed");
      return Response.json(pathname === "/v1/status" ? status() : answers[pathname]);
    },
  });
});
afterAll(() => {
  Object.assign(globalThis, { EventSource, fetch, addEventListener });
  Reflect.deleteProperty(globalThis, "document");
});

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
const states: ConnectionState[] = [];

async function begin(): Promise<void> {
  const followed = followServer(
    server,
    {
      onState: (state) => void states.push(state),
      onSnapshot() {},
      onArrival: ({ observation }) => followed.meet(observation.stationId),
      onTime() {},
      isIdle: () => isIdle,
      onStations: (stations) => void shown.push(stations),
      onStatus() {},
      knows: () => false,
    },
    clock,
  );
  await clock.advance(0);
  await answered();
}

async function follow(): Promise<SpokenSource> {
  await begin();
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
  states.length = 0;
  newestEventId = "7";
  isIdle = false;
  isReachable = true;
  SpokenSource.opened.length = 0;
  page = new EventTarget();
  Object.assign(globalThis, { document: page, addEventListener: page.addEventListener.bind(page) });
});
afterEach(() => void page.dispatchEvent(new Event("pagehide")));

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

  test("gives its stream up after a silent minute in the background, and resumes at its last event when it is used", async () => {
    const source = await follow();
    isIdle = true;
    await pass(59_000);
    expect(source.readyState).toBe(SpokenSource.OPEN);
    await pass(2_000);
    expect(source.readyState).toBe(2);
    await pass(600_000);
    expect(SpokenSource.opened).toHaveLength(1);
    isIdle = false;
    await pass(1_000);
    expect(SpokenSource.opened).toHaveLength(2);
    expect(SpokenSource.opened[1]?.url).toEndWith("?lastEventId=7");
  });

  test("resumes at once, and only once, when a page that gave its stream up is shown", async () => {
    await follow();
    isIdle = true;
    await pass(61_000);
    isIdle = false;
    page.dispatchEvent(new Event("visibilitychange"));
    await answered();
    await pass(1_000);
    expect(SpokenSource.opened).toHaveLength(2);
  });

  test("gives its stream up when the browser puts it away, and resumes at its last event when it comes back", async () => {
    const source = await follow();
    page.dispatchEvent(new Event("pagehide"));
    expect(source.readyState).toBe(2);
    page.dispatchEvent(new Event("pageshow"));
    expect(SpokenSource.opened[1]?.url).toEndWith("?lastEventId=7");
  });

  test("stops for good when its policy forbids the server, and says why", async () => {
    await follow();
    const violation = { effectiveDirective: "connect-src", blockedURI: `${server}/v1/status` };
    page.dispatchEvent(Object.assign(new Event("securitypolicyviolation"), violation));
    expect(states.at(-1)).toMatchObject({ kind: "refused", retryAtMs: null });
    isIdle = true;
    await pass(61_000);
    isIdle = false;
    for (const event of ["visibilitychange", "online", "pageshow"]) page.dispatchEvent(new Event(event));
    await pass(60_000);
    expect(SpokenSource.opened).toHaveLength(1);
  });

  /** Opens another tab of the same browser, which answers as a page with an open stream. */
  function openTab(): BroadcastChannel {
    const tab = new BroadcastChannel(`bellbuoy ${server}`);
    tab.onmessage = ({ data }) => {
      if (data === "who?") tab.postMessage("open");
    };
    return tab;
  }

  test("says that other tabs hold all connections, but not when one of six is free", async () => {
    isReachable = false;
    const tabs = Array.from({ length: 5 }, openTab);
    await begin();
    const heardAll = () => new Promise((resolve) => setTimeout(resolve, 50));
    await heardAll();
    await pass(300);
    expect(states.map(({ kind }) => kind)).toEqual(["connecting", "reconnecting"]);
    tabs.push(openTab());
    page.dispatchEvent(new Event("online"));
    await answered();
    await heardAll();
    await pass(300);
    expect(states.at(-1)).toMatchObject({ kind: "crowded", reason: "the server cannot be reached" });
    for (const tab of tabs) tab.close();
  });

  test("leaves its connection to another tab if it is idle, and keeps it otherwise", async () => {
    const source = await follow();
    const tab = new BroadcastChannel(`bellbuoy ${server}`);
    const answer = new Promise((resolve) => {
      tab.onmessage = ({ data }) => resolve(data);
    });
    tab.postMessage("who?");
    expect(await answer).toBe("open");
    isIdle = true;
    tab.postMessage("who?");
    while (source.readyState !== 2) await answered();
    isIdle = false;
    await pass(1_000);
    expect(SpokenSource.opened).toHaveLength(2);
    tab.close();
  });
});
