// The client of the stream across losses, resets and waits.

import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  type Arrival,
  type ConnectionState,
  createStreamClient,
  type StreamClient,
} from "../../../shared/client/stream-client.ts";
import { createTestClock, type TestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

/** The parts of EventSource that the client uses, controlled by the test. */
class PlayedSource {
  static readonly opened: PlayedSource[] = [];
  readyState = 1;
  private readonly events = new EventTarget();
  constructor(readonly url: string) {
    PlayedSource.opened.push(this);
    changed();
  }
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.events.addEventListener(type, (event) => event instanceof MessageEvent && listener(event));
  }
  close(): void {
    this.readyState = 2;
  }
  /** Sends an event. @param lastEventId as in a browser: empty before the first id */
  say(type: string, lastEventId = "", data = ""): void {
    this.events.dispatchEvent(new MessageEvent(type, { lastEventId, data }));
  }
  lose(): void {
    this.say("error");
  }
}

/** The server's answers by path; `"nothing"`: it accepts the request without answering; `null`: it is unreachable. */
let answers: Record<string, { body: unknown; headers?: Record<string, string> } | "nothing"> | null = {};
const nativeFetch = globalThis.fetch;
globalThis.fetch = Object.assign(
  async (input: string | URL | Request, { signal }: RequestInit = {}) => {
    const { pathname } = new URL(String(input));
    if (answers === null) throw new TypeError("fetch failed");
    const answer = answers[pathname] ?? { body: null };
    if (answer === "nothing") {
      return new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    }
    const { body, headers } = answer;
    return Response.json(body, headers ? { headers } : {});
  },
  { preconnect: nativeFetch.preconnect },
);

/** Resolves when the page has read all answers: the test's answers need only one turn of the event loop. */
const answered = () => new Promise((resolve) => setTimeout(resolve));

let client: StreamClient | null = null;
let clock: TestClock;
const waiting = new Set<() => void>();
const changed = () => {
  for (const check of waiting) check();
};

beforeEach(() => {
  clock = createTestClock();
});
afterEach(() => {
  client?.close();
  PlayedSource.opened.length = 0;
});
afterAll(() => {
  globalThis.fetch = nativeFetch;
});

const observation = (stationId: string) =>
  JSON.stringify({
    stationId,
    timestamp: "2025-11-15T12:00:00.000Z",
    waveHeightM: 1,
    windSpeedMps: null,
    windDirDeg: null,
    waterTempC: null,
    pressureHpa: null,
  });

const snapshot = (lastEventId: string) => ({ body: { lastEventId, conditions: [] } });
const status = (lastEventId: string) => ({
  body: { version: "1", lastPoll: null, ndbcLastModified: null, stationsReporting: 0, simulated: false, lastEventId },
});

function follow({ query = "", snapshot = true } = {}) {
  const heard: Arrival[] = [];
  const states: ConnectionState[] = [];
  const snapshots: (string | null)[] = [];
  const times: number[] = [];
  client = createStreamClient(
    { server: "http://sea.test", EventSource: PlayedSource, query, clock },
    {
      onState: (state) => {
        states.push(state);
        changed();
      },
      ...(snapshot ? { onSnapshot: ({ lastEventId }) => void snapshots.push(lastEventId) } : {}),
      onArrival: (arrival) => heard.push(arrival),
      onTime: (serverMs) => times.push(serverMs),
    },
  );
  client.open();
  const until = <T>(look: () => T | undefined) =>
    new Promise<T>((resolve) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  return {
    heard,
    times,
    states,
    snapshots,
    source: (index: number) => until(() => PlayedSource.opened[index]),
    state: (kind: ConnectionState["kind"]) => until(() => states.find((state) => state.kind === kind)),
    renew: () => client?.retryNow(),
  };
}

describe("The stream client", () => {
  test("starts with a snapshot and continues from its event id; further events are news", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const source = await page.source(0);
    expect(source.url).toBe("http://sea.test/v1/observations/stream?lastEventId=7");
    source.say("connection", "7");
    source.say("observation", "8", observation("44009"));
    source.say("observation", "8", observation("46026"));
    expect(page.states.map(({ kind }) => kind)).toEqual(["connecting", "live"]);
    expect(page.heard.map(({ eventId, replayed }) => [eventId, replayed])).toEqual([
      ["8", false],
      // Published by another program: it repeats the previous event's id.
      [null, false],
    ]);
  });

  test("separates replayed events from news after a loss, each event once", async () => {
    answers = { "/v1/conditions": snapshot("7"), "/v1/status": status("99") };
    const page = follow();
    const first = await page.source(0);
    first.say("connection", "7");
    first.say("observation", "9", observation("44009"));
    first.lose();
    await page.state("reconnecting");
    page.renew();
    const second = await page.source(1);
    expect(second.url).toEndWith("?lastEventId=9");
    second.say("connection", "9");
    await answered();
    for (const id of ["98", "99", "100"]) second.say("observation", id, observation("44009"));
    expect(page.heard.map(({ eventId, replayed }) => [eventId, replayed])).toEqual([
      ["9", false],
      ["98", true],
      ["99", true],
      ["100", false],
    ]);
    expect(page.snapshots).toEqual(["7"]);
  });

  test("waits for the server's database, says so, and counts events as missed until it knows better", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const first = await page.source(0);
    first.say("connection", "7");
    first.lose();
    await page.state("reconnecting");
    // No answer matches: as with a server that refuses everything that needs its database.
    answers = {};
    page.renew();
    const second = await page.source(1);
    second.say("open");
    await clock.advance(1_000);
    await page.state("waiting");
    second.say("connection", "7");
    await answered();
    second.say("observation", "8", observation("44009"));
    await answered();
    answers = { "/v1/status": status("8") };
    second.say("observation", "9", observation("46026"));
    await answered();
    second.say("observation", "10", observation("46026"));
    expect(page.states.map(({ kind }) => kind)).toEqual([
      "connecting",
      "live",
      "reconnecting",
      "connecting",
      "waiting",
      "live",
    ]);
    expect(page.heard.map(({ eventId, replayed }) => [eventId, replayed])).toEqual([
      ["8", true],
      ["9", true],
      ["10", false],
    ]);
  });

  test("reconnects from its last event after a sleep of the machine", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const first = await page.source(0);
    first.say("connection", "7");
    first.say("observation", "9", observation("44009"));
    page.renew();
    const second = await page.source(1);
    expect(first.readyState).toBe(2);
    expect(second.url).toEndWith("?lastEventId=9");
  });

  test("reconnects when it does not advance although the server has newer events, or when the server stops answering", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const first = await page.source(0);
    first.say("connection", "7");
    first.say("observation", "9", observation("44009"));
    /** Lets a minute pass, after which the client asks for the server's newest event. */
    const compare = async (newestEventId: string | null) => {
      answers = newestEventId === null ? null : { "/v1/status": status(newestEventId) };
      await clock.advance(60_000);
      await answered();
    };
    await compare("9");
    await compare("9");
    await compare("10");
    // The event that the server stored a moment ago may still arrive.
    first.say("observation", "10", observation("44009"));
    await compare("11");
    // A stream with a filter advances by its heartbeats.
    first.say("heartbeat", "11", '{"lastEventId":"11"}');
    await compare("12");
    expect(PlayedSource.opened).toHaveLength(1);
    await compare("12");
    expect(first.readyState).toBe(2);
    const second = await page.source(1);
    expect(second.url).toEndWith("?lastEventId=11");
    second.say("connection", "11");
    second.say("observation", "12", observation("44009"));
    await compare(null);
    expect(PlayedSource.opened).toHaveLength(2);
    await compare(null);
    expect((await page.source(2)).url).toEndWith("?lastEventId=12");
  });

  test("without a snapshot starts where its query says, and continues after the newest report after a reset", async () => {
    answers = { "/v1/status": status("9") };
    const program = follow({ query: "stations=44009&since=2026-05-06T00:00:00Z", snapshot: false });
    const first = await program.source(0);
    expect(first.url).toEndWith("/stream?stations=44009&since=2026-05-06T00:00:00Z");
    first.say("connection", "7");
    await answered();
    for (const id of ["9", "10"]) first.say("observation", id, observation("44009"));
    expect(program.heard.map(({ replayed }) => replayed)).toEqual([true, false]);
    first.say("reset", "50000", '{"reason":"the database was set back","lastEventId":"50000"}');
    await program.state("reconnecting");
    program.renew();
    expect((await program.source(1)).url).toEndWith("&lastEventId=50000");
    expect(program.snapshots).toEqual([]);
  });

  test("gives up its connection, and continues after the last event", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const first = await page.source(0);
    first.say("observation", "9", observation("44009"));
    client?.close();
    expect(first.readyState).toBe(2);
    page.renew();
    await clock.advance(600_000);
    expect(PlayedSource.opened).toHaveLength(1);
    client?.open();
    expect((await page.source(1)).url).toEndWith("?lastEventId=9");
  });

  test("waits at most 20 seconds for an answer, says so, and retries", async () => {
    answers = { "/v1/conditions": "nothing" };
    const page = follow();
    await clock.advance(19_999);
    expect(page.states.map(({ kind }) => kind)).toEqual(["connecting"]);
    await clock.advance(1);
    const unanswered = { kind: "reconnecting", error: { code: "overdue", message: "the server does not answer" } };
    expect(await page.state("reconnecting")).toMatchObject(unanswered);
    answers = { "/v1/conditions": snapshot("7") };
    page.renew();
    const source = await page.source(0);
    page.states.length = 0;
    await clock.advance(20_000);
    expect(page.states).toMatchObject([unanswered]);
    expect(source.readyState).toBe(2);
  });

  test("retries after a second, then after twice as long each time, up to half a minute, and says when", async () => {
    answers = null;
    const page = follow();
    for (const leastMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const { retryAtMs } = (await page.state("reconnecting")) as { retryAtMs: number };
      const waitMs = retryAtMs - clock.monotonicMs();
      expect(waitMs).toBeWithin(leastMs, 1.25 * leastMs + 1);
      page.states.length = 0;
      await clock.advance(waitMs - 1);
      await answered();
      expect(page.states).toEqual([]);
      await clock.advance(1);
    }
    answers = { "/v1/conditions": snapshot("7") };
    const { retryAtMs } = (await page.state("reconnecting")) as { retryAtMs: number };
    await clock.advance(retryAtMs - clock.monotonicMs());
    expect((await page.source(0)).url).toEndWith("?lastEventId=7");
  });

  test("loads the snapshot again after a reset, and gives the reason", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const first = await page.source(0);
    answers = { "/v1/conditions": snapshot("50000") };
    first.say("reset", "50000", '{"reason":"the database was set back","lastEventId":"50000"}');
    expect(await page.state("reconnecting")).toMatchObject({
      error: { code: "reset", message: "the database was set back; continuing with the newest reports" },
    });
    page.renew();
    const second = await page.source(1);
    second.say("observation", "50001", observation("44009"));
    expect(page.snapshots).toEqual(["7", "50000"]);
    expect(page.heard.map(({ replayed }) => replayed)).toEqual([false]);
  });

  test("says that the server cannot be reached, and when it retries", async () => {
    answers = null;
    const page = follow();
    const state = await page.state("reconnecting");
    expect(state).toMatchObject({ error: { code: "unreachable", message: "the server cannot be reached" } });
    expect("retryAtMs" in state && (state.retryAtMs ?? 0) > clock.monotonicMs()).toBe(true);
  });

  test("passes the server's time on, and does without it", async () => {
    answers = { "/v1/conditions": snapshot("7") };
    const page = follow();
    const source = await page.source(0);
    source.say("connection", "7", '{"status":"connected","timestamp":"2026-05-06T12:00:00.250Z","lastEventId":"7"}');
    source.say("connection", "7", "hello");
    expect(page.times).toEqual([Date.UTC(2026, 4, 6, 12, 0, 0, 250)]);
  });

  test("shows data from the service worker's cache, but does not count it as a connection", async () => {
    const kept = { "X-Bellbuoy-From-Cache": "2026-05-06T11:50:00.000Z" };
    answers = {
      "/v1/conditions": { ...snapshot("7"), headers: kept },
      "/v1/status": { ...status("7"), headers: kept },
    };
    const page = follow();
    await page.state("reconnecting");
    expect(page.snapshots).toEqual(["7"]);
    expect(PlayedSource.opened).toEqual([]);
    answers = { "/v1/status": status("9") };
    page.renew();
    const source = await page.source(0);
    source.say("connection", "7");
    source.say("observation", "8", observation("44009"));
    expect(source.url).toEndWith("?lastEventId=7");
    expect(page.heard.map(({ replayed }) => replayed)).toEqual([true]);
  });
});
