// Tests of /v1/observations: pages, and answers of any size.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { parse } from "csv-parse/sync";
import { encodeCursor } from "../../../services/server/api/parameters.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { startApp } from "../../rig/app.ts";
import { listen } from "../../rig/listen.ts";
import { neverRead } from "../../rig/never-read.ts";
import { observed } from "../../rig/observed.ts";
import { type Service, type Stack, startStack } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

type Row = { stationId: string; timestamp: string; eventId?: string };
type Page = { lastEventId: string; observations: Row[]; nextCursor: string | null };

const file = { etag: null, lastModified: null, hash: null };
const nameOf = ({ stationId, timestamp }: Row) => `${timestamp} ${stationId}`;

async function pageOf(server: Service, query: string): Promise<Page> {
  const response = await fetch(`${server.url}/v1/observations?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

/** Reads a page and all pages after it by cursor. @param between called before each further page */
async function walk(server: Service, query: string, between = async (_page: number) => {}): Promise<Page[]> {
  const pages = [await pageOf(server, query)];
  for (let cursor = pages[0]?.nextCursor; cursor; cursor = pages.at(-1)?.nextCursor) {
    await between(pages.length);
    pages.push(await pageOf(server, `${query}&cursor=${cursor}`));
  }
  return pages;
}

describe("/v1/observations", () => {
  const stations = ["44009", "46026", "51001"];
  const minutes = Array.from({ length: 24 }, (_, index) => index * 10);
  const at = (minute: number) => new Date(Date.UTC(2026, 4, 6) + minute * 60_000).toISOString();
  const stored = minutes.flatMap((minute) => stations.map((id) => `${at(minute)} ${id}`));

  let stack: Stack;
  let server: Service;
  beforeAll(async () => {
    stack = await startStack();
    server = await stack.start("server", { TRUST_PROXY: "1" });
    const rows = minutes.flatMap((minute) => stations.map((id) => observed(id, at(minute), { waveHeightM: minute })));
    await storeHistory(stack.sql, rows, unguardedIds);
  });
  afterAll(() => stack.stop());

  test("has all rows, sorted by time and then by station", async () => {
    const { observations, nextCursor } = await pageOf(server, "");
    expect(observations.map(nameOf)).toEqual(stored);
    expect(nextCursor).toBeNull();
  });

  test.each([1, 2, 7, 24, 71, 72, 73])("has the same rows in pages of %d", async (limit) => {
    const pages = await walk(server, `limit=${limit}`);
    expect(pages.flatMap(({ observations }) => observations.map(nameOf))).toEqual(stored);
    expect(pages).toHaveLength(Math.ceil(stored.length / limit));
  });

  test("has only the time span and the stations of the request", async () => {
    const span = `since=${at(30)}&until=${at(60)}`;
    const wanted = stored.filter((name) => name >= at(30) && name < `${at(60)} Z`);
    expect((await walk(server, `${span}&limit=5`)).flatMap(({ observations }) => observations.map(nameOf))).toEqual(
      wanted,
    );
    const some = await walk(server, `${span}&stations=51001,44009,99999&limit=3`);
    expect(some.flatMap(({ observations }) => observations.map(nameOf))).toEqual(
      wanted.filter((name) => !name.endsWith("46026")),
    );
    const many = Array.from({ length: 60 }, (_, index) => `TEST${index}`).join();
    const among = await pageOf(server, `${span}&stations=${many},46026`);
    expect(among.observations.map(nameOf)).toEqual(wanted.filter((name) => name.endsWith("46026")));
  });

  test("links to the next page in a Link header, with all parameters of the request, also below a proxy's path", async () => {
    const response = await fetch(`${server.url}/v1/observations?limit=70&since=${at(0)}`);
    const [, next] = /^<(\S+)>; rel="next",/.exec(response.headers.get("Link") ?? "") ?? [];
    expect(new URL(`${next}`, "https://example.org/buoy/v1/observations").pathname).toBe("/buoy/v1/observations");
    const page = (await (await fetch(new URL(`${next}`, response.url))).json()) as Page;
    expect(page.observations.map(nameOf)).toEqual(stored.slice(70));
    expect(response.headers.get("Access-Control-Expose-Headers")).toContain("Link");
  });

  test("in CSV and NDJSON has all rows, or at most `limit` rows", async () => {
    for (const [query, count] of [
      ["", 72],
      ["&limit=10", 10],
      [`&cursor=${encodeCursor({ observedAt: new Date(at(220)), stationId: "46026" })}`, 4],
    ] as const) {
      const lines = await (await fetch(`${server.url}/v1/observations?format=ndjson${query}`)).text();
      expect(lines.trimEnd().split("\n")).toHaveLength(count);
      const table = parse(await (await fetch(`${server.url}/v1/observations?format=csv${query}`)).text());
      expect(table).toHaveLength(count + 1);
    }
    const none = await (await fetch(`${server.url}/v1/observations?format=ndjson&since=2030-01-01T00:00:00Z`)).text();
    expect(none).toBe("");
  });

  test.each(["", "MjAyNi0wNS0wOQ", "x y", "44009", Buffer.from(`${"x".repeat(30)} 44009`).toString("base64url")])(
    "rejects the cursor %p, which the server never returned",
    async (cursor) => {
      const response = await fetch(`${server.url}/v1/observations?cursor=${encodeURIComponent(cursor)}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        parameter: "cursor",
        detail: `cursor: "${cursor}" is not a cursor, use the nextCursor of the previous page`,
      });
    },
  );

  test("neither skips nor repeats a row while new rows arrive between pages", async () => {
    // New rows each time: far before, just before, at, just after and far after the position of the reader.
    const arrived: string[] = [];
    const arriveAround = async (page: number) => {
      const here = page * 10 * 10;
      const around = [5 + page, here - 5, here + 5, here + 15, 1_000 + page];
      const rows = around.map((minute) => observed("46026", at(minute), { gustMps: 1 }));
      // A row that the reader already has changes too.
      await storePoll(
        stack.sql,
        latestObsPath,
        file,
        [...rows, observed("44009", at(page), { tideFt: page })],
        unguardedIds,
      );
      arrived.push(...around.map((minute) => `${at(minute)} 46026`), `${at(page)} 44009`);
    };
    const pages = await walk(server, "limit=30", arriveAround);
    const received = pages.flatMap(({ observations }) => observations.map(nameOf));
    expect(pages.length).toBeGreaterThan(2);
    expect(received).toEqual([...new Set(received)].sort());
    expect(stored.filter((name) => !received.includes(name))).toEqual([]);

    // Rows before the reader's position come from the stream, starting at the last event id of the first page.
    const late = arrived.filter((name) => !received.includes(name));
    expect(late).not.toBeEmpty();
    await publishPending(stack.sql, stack.redis);
    const listener = await listen(`${server.url}/v1/observations/stream?lastEventId=${pages[0]?.lastEventId}`);
    await listener.heard(arrived.length);
    listener.leave();
    const streamed = listener.observations.map(({ data }) => nameOf(JSON.parse(data)));
    expect(late.filter((name) => !streamed.includes(name))).toEqual([]);
    const all = await stack.sql<
      { observedAt: Date; stationId: string }[]
    >`select observed_at, station_id from observations`;
    expect([...new Set([...received, ...streamed])].sort()).toEqual(
      all.map(({ observedAt, stationId }) => `${observedAt.toISOString()} ${stationId}`).sort(),
    );
  });
});

describe("an answer of any size", () => {
  /** 13 MB of NDJSON: more than the kernel and the server buffer for a client. */
  const rows = 60_000;
  const stationsInOrder = Array.from({ length: 100 }, (_, index) => `TEST${index}`).sort();

  let stack: Stack;
  let server: Service;
  beforeAll(async () => {
    stack = await startStack();
    server = await stack.start("server");
    await stack.sql`
      insert into observations (station_id, observed_at, wave_height_m, wind_speed_mps, water_temp_c, pressure_hpa)
      select 'TEST' || number % 100, timestamptz '2026-05-06' + number / 100 * interval '1 minute', random(), random(), random(), random()
      from generate_series(0, ${rows - 1}::int) as number
    `;
  });
  afterAll(() => stack.stop());

  const address = (format: string) => `${server.url}/v1/observations?format=${format}`;

  const lastMinute = Date.UTC(2026, 4, 6, 0, rows / 100 - 1);
  /** All rows, sorted by time and then by station. */
  const inOrder = Bun.hash(
    Array.from({ length: rows / 100 }, (_, minute) => {
      const time = new Date(Date.UTC(2026, 4, 6, 0, minute)).toISOString();
      return stationsInOrder.map((station) => `${station} ${time}\n`).join("");
    }).join(""),
  );

  test.each(["identity", "gzip", "zstd"])(
    "arrives complete and in order at a slow client: %s",
    async (acceptEncoding) => {
      const { body } = await fetch(address("ndjson"), { headers: { "Accept-Encoding": acceptEncoding } });
      const pieces: Uint8Array[] = [];
      for await (const bytes of body ?? []) {
        pieces.push(bytes);
        await Bun.sleep(0);
      }
      const text = Buffer.concat(pieces).toString();
      let received = "";
      for (const line of text.trimEnd().split("\n")) {
        const { stationId, timestamp } = JSON.parse(line) as Row;
        received += `${stationId} ${timestamp}\n`;
      }
      expect(Bun.hash(received)).toBe(inOrder);
    },
  );

  test("waits for a client that reads nothing, without a database connection", async () => {
    const reader = await neverRead(address("ndjson"), { Connection: "close" });
    // The answer waits once the database runs no more queries for it.
    for (let idle = 0; idle < 10; idle = (await busy()) === 0 ? idle + 1 : 0) await Bun.sleep(100);
    // Rows that are deleted before the server reads them cannot reach the client.
    const { count } = await stack.sql`delete from observations where observed_at >= ${new Date(lastMinute)}`;
    expect(count).toBe(100);
    const text = await reader.wake();
    expect(text.match(/"stationId"/g)).toHaveLength(rows - count);
  });

  /** Returns how many connections of the server run a query. */
  async function busy(): Promise<number> {
    const [row] = await stack.sql<{ count: number }[]>`
      select count(*)::int from pg_stat_activity
      where datname = current_database() and application_name like 'bellbuoy-server %' and state <> 'idle'
    `;
    return row?.count ?? 0;
  }

  test("is limited to two at once per address, and allowed again after a client disconnects", async () => {
    for (let round = 0; round < 3; round++) {
      const readers = [new AbortController(), new AbortController()];
      const open = await Promise.all(readers.map(({ signal }) => fetch(address("csv"), { signal })));
      expect(open.map(({ status }) => status)).toEqual([200, 200]);
      const third = await fetch(address("ndjson"));
      expect(third.status).toBe(429);
      expect(third.headers.get("Retry-After")).toBe("10");
      expect(await third.json()).toMatchObject({ title: "Too many requests" });
      expect((await fetch(`${server.url}/v1/observations`)).status).toBe(200);
      for (const reader of readers) reader.abort();
      let again = await fetch(address("csv"), { method: "GET", headers: { "Accept-Encoding": "zstd" } });
      while (again.status === 429) {
        await Bun.sleep(10);
        again = await fetch(address("csv"));
      }
      expect(again.status).toBe(200);
      await again.body?.cancel();
      let free = 429;
      while (free === 429) {
        await Bun.sleep(20);
        free = (await fetch(`${address("ndjson")}&limit=1`)).status;
      }
    }
  });

  test("leaves at most 12 MB of pages unread per client, and ends those that are not read for 30 seconds", async () => {
    const clock = createTestClock();
    const unread: Response[] = [];
    const keepUnread = (answer: Response) => {
      if (!answer.ok) return answer;
      unread.push(answer);
      return new Response(null, { status: 204 });
    };
    const app = await startApp(stack, { clock, changed: keepUnread });
    const ask = () => fetch(`${app.url}/v1/observations?limit=10000`, { headers: { "Accept-Encoding": "identity" } });

    for (let pages = 0; pages < 5; pages++) expect((await ask()).status).toBe(204);
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "too_much_unread" });

    const [first, ...others] = unread;
    const page = (await first?.json()) as Page | undefined;
    expect(page?.observations).toHaveLength(10_000);
    expect((await ask()).status).toBe(204);

    await clock.advance(30_000);
    for (const answer of others) await expect(answer.text()).rejects.toThrow("the client reads too slowly");
    expect((await ask()).status).toBe(204);
    await app.stop();
  });

  test("ends with a connection error if the database fails, so that no client takes it for complete", async () => {
    const { body } = await fetch(address("ndjson"));
    const reader = body?.getReader();
    await reader?.read();
    await stack.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'bellbuoy-server %'
    `;
    await stack.sql`alter table observations rename to observations_away`;
    const drain = async () => {
      while (!(await reader?.read())?.done);
    };
    expect(
      await drain().then(
        () => "whole",
        () => "broken off",
      ),
    ).toBe("broken off");
    await stack.sql`alter table observations_away rename to observations`;
    await server.line(({ message }) => message === "a streamed answer failed");
    // The pool notices broken connections one by one.
    let after = 503;
    while (after === 503) after = (await fetch(`${address("ndjson")}&limit=1`)).status;
    expect(after).toBe(200);
  });
});
