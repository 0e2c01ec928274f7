// Tests of the REST API with three stations, of /health, /ready and /v1/status.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ListedStation } from "../../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { recordFailure, recordRejectedRows, recordSuccess } from "../../../services/worker/store/job-results.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { recordPollBegin } from "../../../services/worker/store/poll-heartbeat.ts";
import { storeStations } from "../../../services/worker/store/stations.ts";
import type { StoredObservation } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import { latestObsPath, simulationOwner } from "../../../shared/upstream.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = await stack.start("server");
const file = { etag: null, lastModified: null, hash: null };

afterAll(stack.stop);

const get = (path: string) => fetch(server.url + path);

async function json(path: string): Promise<unknown> {
  const response = await get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("application/json");
  return response.json();
}

async function problem(path: string): Promise<{ status: number; parameter?: string; detail: string }> {
  const response = await get(path);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  const document = (await response.json()) as {
    type: string;
    code: string;
    title: string;
    status: number;
    detail: string;
  };
  expect(document).toMatchObject({
    type: expect.stringMatching(new RegExp(`/docs/api\\.md#${document.code}$`)),
    status: response.status,
  });
  expect(document.title).not.toBeEmpty();
  expect(document.detail).not.toBeEmpty();
  return document;
}

const station = (stationId: string, rest: Partial<ListedStation> = {}): ListedStation => ({
  stationId,
  latitude: 38.46,
  longitude: -74.69,
  elevationM: null,
  name: null,
  owner: null,
  program: null,
  type: null,
  ...rest,
});

test("the API answers before the first poll", async () => {
  expect(await json("/v1/observations/latest")).toEqual({ lastEventId: "0", observations: [] });
  expect(await json("/v1/stations")).toEqual({ stations: [] });
});

describe("with three stations", () => {
  // 44009: a day of hourly rows, the last of them an event. 46026: one row, years old. 51001: no row.
  const hours = Array.from({ length: 24 }, (_, hour) => `2026-05-06T${String(hour).padStart(2, "0")}:00:00.000Z`);
  const history = hours.map((time, hour) => observed("44009", time, { waveHeightM: hour / 10 }));

  beforeAll(async () => {
    await storeHistory(stack.sql, history, unguardedIds);
    await storePoll(
      stack.sql,
      latestObsPath,
      file,
      [
        observed("46026", "2019-01-01T00:00Z", { windSpeedMps: 5, gustMps: 7, latitude: 37.75, longitude: -122.84 }),
        observed("44009", "2026-05-06T23:00Z", { waterTempC: 12.4 }),
      ],
      unguardedIds,
    );
    await storeStations(stack.sql, [
      station("44009", { elevationM: 0, name: "DELAWARE BAY", owner: "NDBC", program: "NDBC Met", type: "buoy" }),
      station("51001"),
    ]);
  });

  const delaware = {
    stationId: "44009",
    name: "DELAWARE BAY",
    owner: "NDBC",
    program: "NDBC Met",
    type: "buoy",
    latitude: 38.46,
    longitude: -74.69,
    elevationM: 0,
  };

  test("/v1/observations/latest has the newest row of each station, however old, as published, and the last event id", async () => {
    const body = await (await get("/v1/observations/latest")).text();
    const newest: StoredObservation[] = [
      { ...observed("44009", "2026-05-06T23:00Z", { waveHeightM: 2.3, waterTempC: 12.4 }), eventId: "2" },
      { ...observed("46026", "2019-01-01T00:00Z", { windSpeedMps: 5, gustMps: 7 }), eventId: "1" },
    ];
    expect(body).toBe(`{"lastEventId":"2","observations":[${newest.map(encodeMessage).join(",")}]}`);
  });

  test("/v1/stations has all stations, with all known data about them", async () => {
    const unknown = { name: null, owner: null, program: null, type: null, elevationM: null };
    expect(await json("/v1/stations")).toEqual({
      stations: [
        delaware,
        { stationId: "46026", latitude: 37.75, longitude: -122.84, ...unknown },
        { stationId: "51001", latitude: 38.46, longitude: -74.69, ...unknown },
      ],
    });
  });

  test("/v1/stations/:stationId has one station, and accepts its id in lower case", async () => {
    expect(await json("/v1/stations/44009")).toEqual(delaware);
    await storeStations(stack.sql, [station("51WH0", { name: "WHOTS" })]);
    expect(await json("/v1/stations/51wh0")).toMatchObject({ stationId: "51WH0", name: "WHOTS" });
  });

  async function timesOf(query: string): Promise<string[]> {
    const answer = await json(`/v1/observations/by-station/44009${query}`);
    const { stationId, observations } = answer as { stationId: string; observations: { timestamp: string }[] };
    expect(stationId).toBe("44009");
    return observations.map(({ timestamp }) => timestamp);
  }

  test.each([
    ["has all rows, oldest first", "", hours],
    ["since a time, inclusive", "?since=2026-05-06T21:00:00Z", hours.slice(21)],
    ["until a time, inclusive", "?until=2026-05-06T02:00:00Z", hours.slice(0, 3)],
    ["between two times", "?since=2026-05-06T02:30:00Z&until=2026-05-06T04:30:00Z", hours.slice(3, 5)],
    ["with times of another zone", "?since=2026-05-07T00:30:00%2B02:00", hours.slice(23)],
    ["with a limit has the newest rows", "?limit=2", hours.slice(22)],
    [
      "until a time with a limit has the newest of these rows",
      "?until=2026-05-06T10:00:00Z&limit=2",
      hours.slice(9, 11),
    ],
    [
      "since a time with a limit has the oldest of these rows",
      "?since=2026-05-06T10:00:00Z&limit=2",
      hours.slice(10, 12),
    ],
    ["with the largest limit", "?limit=10000", hours],
    ["for a time without rows is empty", "?since=2030-01-01T00:00:00Z", []],
  ])("/v1/observations/by-station/:stationId %s", async (_, query, expected) => {
    expect(await timesOf(query)).toEqual(expected);
  });

  test("/v1/observations/by-station/:stationId has rows as published, and history without an event id", async () => {
    const body = await (await get("/v1/observations/by-station/44009?limit=2")).text();
    const [older, newer] = [
      { ...observed("44009", "2026-05-06T22:00Z", { waveHeightM: 2.2 }), eventId: null },
      { ...observed("44009", "2026-05-06T23:00Z", { waveHeightM: 2.3, waterTempC: 12.4 }), eventId: "2" },
    ] as const;
    expect(body).toBe(`{"stationId":"44009","observations":[${encodeMessage(older)},${encodeMessage(newer)}]}`);
  });

  test("a station without a row has an empty history", async () => {
    expect(await json("/v1/observations/by-station/51001")).toEqual({ stationId: "51001", observations: [] });
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=10001", "limit"],
    ["limit=-1", "limit"],
    ["limit=1.5", "limit"],
    ["limit=all", "limit"],
    ["limit=", "limit"],
    ["since=yesterday", "since"],
    ["since=2026-05-06", "since"],
    ["since=2026-02-30T00:00:00Z", "since"],
    ["since=", "since"],
    ["until=2026-05-06T25:00:00Z", "until"],
    ["until=1778025600", "until"],
  ])("?%s is rejected with a problem document that names the parameter", async (query, parameter) => {
    const refused = await problem(`/v1/observations/by-station/44009?${query}`);
    expect(refused).toMatchObject({ status: 400, parameter });
    expect(refused.detail).toStartWith(`${parameter}: "`);
  });

  test.each(["/v1/stations/", "/v1/observations/by-station/"])("%s rejects an invalid station id", async (path) => {
    for (const id of ["440", "44009440091", "44-09", "%27%3B--", "b%C3%B6je"]) {
      expect(await problem(path + id)).toMatchObject({ status: 400, parameter: "stationId" });
    }
  });

  test.each(["/v1/stations/", "/v1/observations/by-station/"])(
    "%s answers 404 for an unknown station",
    async (path) => {
      expect(await problem(`${path}99999`)).toMatchObject({ status: 404, stationId: "99999" });
    },
  );
});

test.each(["/v1", "/v1/weather", "/v1/observations/by-station", "/nothing.html", "/..%2f..%2fpackage.json"])(
  "%s is not found",
  async (path) => {
    expect(await problem(path)).toMatchObject({ status: 404 });
  },
);

test.each(["/v1/observations/latest", "/v1/stations", "/v1/stations/no", "/v1/stations/99999", "/v1/weather"])(
  "a page of any origin may read the answer of %s",
  async (path) => {
    expect((await get(path)).headers.get("Access-Control-Allow-Origin")).toBe("*");
  },
);

test("/health reports that the process is up", async () => {
  expect(await json("/health")).toEqual({ status: "up", streams: 0, droppedMessages: 0 });
});

/** Requests until the answer has this status: the server notices a failure by its connections, not by requests. */
async function readyWhen(status: number): Promise<Response> {
  for (;;) {
    const response = await get("/ready");
    if (response.status === status) return response;
    await Bun.sleep(10);
  }
}

test("/ready is 200, and 503 with the reason while Redis is away", async () => {
  expect(await (await readyWhen(200)).json()).toEqual({ status: "ready" });
  await stack.stopRedis();
  const away = await readyWhen(503);
  expect(away.headers.get("Content-Type")).toBe("application/problem+json");
  expect(await away.json()).toMatchObject({
    status: 503,
    reasons: [expect.stringMatching(/^Redis: \S/)],
    problems: [{ code: "redis_away", reason: "Redis does not answer", message: expect.stringMatching(/^Redis: \S/) }],
  });
  expect((await get("/health")).status).toBe(200);
  expect((await get("/v1/stations")).status).toBe(200);
  await stack.startRedis();
  await readyWhen(200);
});

test("/v1/status reports the state of network and polling, and that the sea is simulated", async () => {
  await stack.sql`insert into stations (station_id, owner) values ('SIM01', ${simulationOwner})`;
  await stack.sql`
    insert into upstream_files (path, last_modified, fetched_at)
    values (${latestObsPath}, 'Wed, 06 May 2026 11:40:01 GMT', '2026-05-06T11:42:00Z')
    on conflict (path) do update set last_modified = excluded.last_modified, fetched_at = excluded.fetched_at
  `;
  await recordPollBegin(stack.sql, 900);
  await recordSuccess(stack.sql, "prune");
  await recordFailure(stack.sql, "stations", "refused: busy");
  const rejected = (reason: string) => ({ line: 3, code: "old" as const, reason });
  await recordRejectedRows(stack.sql, [rejected("first"), rejected("first")]);
  await recordRejectedRows(stack.sql, [rejected("second")]);
  expect(await json("/v1/status")).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    lastPoll: "2026-05-06T11:42:00.000Z",
    lastPollBegun: expect.stringMatching(/Z$/),
    pollSeconds: 900,
    pollsStopped: false,
    outage: { code: "ndbc_unreachable", since: "2026-05-06T11:42:00.000Z" },
    ndbcLastModified: "Wed, 06 May 2026 11:40:01 GMT",
    stationsReporting: expect.any(Number),
    simulated: true,
    lastEventId: "2",
    jobs: [
      { job: "backfill", lastSuccess: null, failingSince: null, failure: null },
      { job: "poll", lastSuccess: null, failingSince: null, failure: null },
      { job: "prune", lastSuccess: expect.stringMatching(/Z$/), failingSince: null, failure: null },
      { job: "stations", lastSuccess: null, failingSince: expect.stringMatching(/Z$/), failure: "refused: busy" },
    ],
    rejectedRows: [{ reason: "old", rows: 3, lastAt: expect.stringMatching(/Z$/), example: "second" }],
    oldestEvent: { eventId: "1", timestamp: expect.stringMatching(/Z$/) },
    newestEvent: { eventId: "2", timestamp: expect.stringMatching(/Z$/) },
    databaseBytes: expect.any(Number),
    warnings: expect.arrayContaining([
      { code: "not_polling", reason: expect.stringMatching(/^NDBC has answered no poll/) },
    ]),
  });
});

test("/v1/status reports that polling has stopped, and that it has started again", async () => {
  const pollBegan = (secondsAgo: number) => stack.sql`
    insert into polling (begun_at, every_seconds) values (now() - make_interval(secs => ${secondsAgo}), 300)
    on conflict (only_row) do update set begun_at = excluded.begun_at, every_seconds = excluded.every_seconds
  `;
  await pollBegan(2_000);
  expect(await json("/v1/status")).toMatchObject({
    lastPollBegun: expect.stringMatching(/Z$/),
    pollSeconds: 300,
    pollsStopped: true,
  });
  expect((await get("/ready")).status).toBe(200);
  await pollBegan(400);
  expect(await json("/v1/status")).toMatchObject({ pollsStopped: false });
});

test("/v1/status reports stopped polls two periods after the last answer of NDBC, and later while a poll may still run", async () => {
  const polled = async (begunSecondsAgo: number, answeredSecondsAgo: number, pollsStopped: boolean) => {
    await stack.sql`
      update polling set begun_at = now() - make_interval(secs => ${begunSecondsAgo}), every_seconds = 10
    `;
    await stack.sql`
      update upstream_files set fetched_at = now() - make_interval(secs => ${answeredSecondsAgo})
      where path = ${latestObsPath}
    `;
    expect(await json("/v1/status")).toMatchObject({ pollsStopped });
  };
  await recordPollBegin(stack.sql, 10);
  await polled(24, 23, false);
  await polled(28, 27, true);
  // No answer since it began.
  await polled(90, 500, false);
  await polled(101, 500, true);
  // NDBC has never answered.
  await stack.sql`delete from upstream_files where path = ${latestObsPath}`;
  await polled(90, 0, false);
  await polled(101, 0, true);
  // No worker has ever begun a poll.
  await stack.sql`delete from polling`;
  expect(await json("/v1/status")).toMatchObject({ pollsStopped: false, outage: { code: "never_polled" } });
});
