// Backfill by hour and by station.

import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createNdbcClient } from "../../../../services/worker/ndbc/client.ts";
import { hourlyPath, realtimePath } from "../../../../services/worker/ndbc/paths.ts";
import { unguardedIds } from "../../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../../services/worker/store/poll.ts";
import { backfill } from "../../../../services/worker/tasks/backfill/backfill.ts";
import { createRejectedRowsLog } from "../../../../services/worker/tasks/rejected-rows-log.ts";
import type { Clock } from "../../../../shared/clock.ts";
import { latestObsPath } from "../../../../shared/upstream.ts";
import { observed } from "../../../rig/observed.ts";
import { silentLog } from "../../../rig/silent-log.ts";
import { startStack } from "../../../rig/stack.ts";
import { createTestClock } from "../../../rig/test-clock.ts";
import { startUpstream, type Upstream } from "../../../rig/upstream.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const { sql } = stack;
let upstream: Upstream;

const hourMs = 3_600_000;
const thisHour = new Date("2026-05-06T12:00:00Z");
const nowMs = thisHour.getTime() + 20 * 60_000;
const pauseMs = 1_000;
let clock = createTestClock(nowMs);

const hoursAgo = (hours: number, minute = 0) => new Date(thisHour.getTime() - hours * hourMs + minute * 60_000);

afterAll(stack.stop);
afterEach(() => upstream.stop());
beforeEach(async () => {
  await sql`truncate batches, observations, stations, upstream_files, backfilled_hours`;
  clock = createTestClock(nowMs);
  upstream = startUpstream(() => clock.now());
});

const measured = "WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE";
const units = "degT m/s  m/s     m   sec   sec deg    hPa  degC  degC  degC  nmi  hPa    ft";
const stamp = (time: Date) => time.toISOString().slice(0, 16).replaceAll(/[-T:]/g, " ");
const cells = (waveHeight: number) =>
  `170  5.0  7.0   ${waveHeight}    MM    MM  MM 1013.0  11.8  12.3   8.1   MM   MM    MM`;

/** Returns `hour_HH.txt` with one row per station at a time. */
function hourlyFile(time: Date, ...stationIds: string[]): string {
  const rows = stationIds.map((stationId) => `${stationId} ${stamp(time)} ${cells(1.2)}\n`);
  return `#STN  YY   MM DD hh mm ${measured}\n#txt  yr   mo dy hr mn ${units}\n${rows.join("")}`;
}

/** Returns `<ID>.txt` with one row per time. */
function stationFile(...times: Date[]): string {
  const rows = times.map((time) => `${stamp(time)} ${cells(1.5)}\n`);
  return `#YY  MM DD hh mm ${measured}\n#yr  mo dy hr mn ${units}\n${rows.join("")}`;
}

/** Returns `<ID>.spec` with one row per time. */
function specFile(...times: Date[]): string {
  const rows = times.map((time) => `${stamp(time)}  1.2  0.6  8.3  1.0  5.9  SE SSW      STEEP  5.3 169\n`);
  return `#YY  MM DD hh mm WVHT  SwH  SwP  WWH  WWP SwD WWD  STEEPNESS  APD MWD
#yr  mo dy hr mn    m    m  sec    m  sec  -  degT     -      sec degT
${rows.join("")}`;
}

/** Serves complete hourly files, from `first` to `last` hours ago, each with one row of 44009. */
function serveHours(first: number, last: number): void {
  for (let hours = first; hours <= last; hours++) {
    upstream.files.set(hourlyPath(hoursAgo(hours)), hourlyFile(hoursAgo(hours), "44009"));
  }
}

/** Stores stations by a poll with one very old row each. */
async function know(...stationIds: string[]): Promise<void> {
  const rows = stationIds.map((stationId) => observed(stationId, "2020-01-01T00:00Z"));
  await storePoll(sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
}

/** Runs backfill as a new worker, with a given clock and without real pauses. @returns the number of pauses */
async function run(
  hours: number,
  stations: Set<string> | null = null,
  { signal = new AbortController().signal, baseUrl = upstream.url, skewMs = 0 } = {},
): Promise<number> {
  let pauses = 0;
  const hasty: Clock = {
    ...clock,
    now: () => clock.now() + skewMs,
    after(milliseconds, act) {
      if (milliseconds !== pauseMs) return clock.after(milliseconds, act);
      pauses += 1;
      queueMicrotask(act);
      return () => {};
    },
  };
  const ndbc = createNdbcClient({ baseUrl, signal, clock: hasty });
  const log = silentLog;
  const logRejectedRows = createRejectedRowsLog(log);
  await backfill({
    sql,
    ndbc,
    hours,
    stations,
    pauseMs,
    stored() {},
    logRejectedRows,
    log,
    signal,
    inIdTransaction: unguardedIds,
    clock: hasty,
  });
  return pauses;
}

/** Returns the paths requested since the last call. */
const asked = () => upstream.requests.splice(0);

/** The first and the end of the hours that are remembered as read: of a station, or by `*` of all. */
async function readSpan(stationId: string): Promise<{ from: Date | null; until: Date | null }> {
  const [read] = await sql<{ from: Date | null; until: Date | null }[]>`
    select lower(hours) as from, upper(hours) as until from backfilled_hours where station_id = ${stationId}
  `;
  return read ?? { from: null, until: null };
}

/** Returns only the requested files of stations. */
const stationsAsked = () => asked().filter((path) => path.includes("realtime2"));

/** From which hours on rows may still be late. */
const lateHours = [0, 1, 2, 3, 4];

/** The stored rows of the hours of this test, as `44009 2` for a row of two hours ago. */
async function stored(): Promise<string[]> {
  const rows = await sql<{ stationId: string; observedAt: Date }[]>`
    select station_id, observed_at from observations where observed_at > '2021-01-01' order by observed_at desc, station_id
  `;
  return rows.map(({ stationId, observedAt }) => {
    return `${stationId} ${(thisHour.getTime() - observedAt.getTime()) / hourMs}`;
  });
}

describe("backfill", () => {
  test("of a day requests only the 24 hourly files, newest first, with a pause before each", async () => {
    await know("44009", "46026");
    serveHours(0, 23);
    expect(await run(24)).toBe(24);
    expect(asked()).toEqual(Array.from({ length: 24 }, (_, hours) => hourlyPath(hoursAgo(hours))));
    expect(await stored()).toEqual(Array.from({ length: 24 }, (_, hours) => `44009 ${hours}`));
  });

  test("stores history without event ids", async () => {
    serveHours(0, 1);
    await run(1);
    expect(await sql`select event_id from observations`).toMatchObject([{ eventId: null }, { eventId: null }]);
  });

  test("requests again only hours that may still get late rows", async () => {
    serveHours(0, 9);
    await run(9);
    asked();
    await run(9);
    expect(asked()).toEqual(lateHours.map((hours) => hourlyPath(hoursAgo(hours))));
  });

  test("does not count an hour as fetched while its file is yesterday's", async () => {
    upstream.files.set(hourlyPath(hoursAgo(6)), hourlyFile(hoursAgo(30), "44009"));
    await know("44009");
    upstream.files.set(realtimePath("44009", "txt"), "<html>");
    for (const _ of ["once", "again"]) await expect(run(6)).rejects.toThrow("1 of 8 files could not be read");
    for (const of of ["*", "-", "44009"]) expect(await readSpan(of)).toEqual({ from: null, until: null });
  });

  test("stores late rows", async () => {
    serveHours(0, 1);
    await run(1);
    upstream.files.set(hourlyPath(hoursAgo(1)), hourlyFile(hoursAgo(1), "44009", "46026"));
    await run(1);
    expect(await stored()).toEqual(["44009 0", "44009 1", "46026 1"]);
  });

  test("of two mirrors whose files differ skips the older file", async () => {
    serveHours(0, 1);
    const path = hourlyPath(hoursAgo(1));
    const serveMirror = (minute: number, ...stationIds: string[]) => {
      upstream.modified.set(path, hoursAgo(0, minute));
      upstream.files.set(path, hourlyFile(hoursAgo(1), ...stationIds));
    };
    serveMirror(10, "44009");
    await run(1);
    serveMirror(5, "46026");
    await run(1);
    expect(await stored()).toEqual(["44009 0", "44009 1"]);
    serveMirror(15, "51001");
    await run(1);
    expect(await stored()).toEqual(["44009 0", "44009 1", "51001 1"]);
  });

  test("keeps the values of a poll, and fills missing ones", async () => {
    const row = observed("44009", hoursAgo(1).toISOString(), { waveHeightM: 1.2, dominantPeriodS: 8 });
    await storePoll(sql, latestObsPath, { etag: null, lastModified: null, hash: null }, [row], unguardedIds);
    serveHours(0, 1);
    await run(1);
    expect(await sql`select * from observations where observed_at = ${hoursAgo(1)}`).toMatchObject([
      { waveHeightM: 1.2, dominantPeriodS: 8, airTempC: 11.8, eventId: expect.stringMatching(/^\d+$/) },
    ]);
  });

  test("of 0 hours requests nothing", async () => {
    await run(0);
    expect(asked()).toEqual([]);
  });

  test("stores no rows older than its hours", async () => {
    await know("44009");
    serveHours(0, 1);
    // The present hour's file may still be yesterday's.
    upstream.files.set(hourlyPath(thisHour), hourlyFile(hoursAgo(24), "44009"));
    await run(1);
    expect(await stored()).toEqual(["44009 1"]);
    upstream.files.set(
      realtimePath("44009", "txt"),
      stationFile(hoursAgo(24), hoursAgo(25), hoursAgo(26), hoursAgo(700)),
    );
    await run(25);
    expect((await stored()).slice(1)).toEqual(["44009 24", "44009 25"]);
  });

  test("stores only the wanted stations", async () => {
    await know("44009", "46026");
    upstream.files.set(hourlyPath(thisHour), hourlyFile(thisHour, "44009", "46026", "51001"));
    upstream.files.set(realtimePath("46026", "txt"), stationFile(hoursAgo(30)));
    await run(30, new Set(["46026"]));
    expect(await stored()).toEqual(["46026 0", "46026 30"]);
    expect(asked().filter((path) => path.includes("realtime2"))).toEqual([realtimePath("46026", "txt")]);
  });

  test("ends at once when the worker is stopped", async () => {
    const stopping = new AbortController();
    stopping.abort(new Error("the service is stopping"));
    await expect(run(24, null, { signal: stopping.signal })).rejects.toThrow("the service is stopping");
    expect(asked()).toEqual([]);
  });
});

describe("without a usable hourly file, backfill requests each known station's own file", () => {
  beforeEach(async () => {
    await know("44009", "46026");
    serveHours(0, 6);
    upstream.files.set(realtimePath("44009", "txt"), stationFile(hoursAgo(0), hoursAgo(6, 30)));
    upstream.files.set(realtimePath("46026", "txt"), stationFile(hoursAgo(6, 50)));
  });

  const stationFiles = [realtimePath("44009", "txt"), realtimePath("46026", "txt")];

  test.each([
    ["is not there", undefined],
    ["is an HTML page", "<!DOCTYPE html><html><body>maintenance</body></html>"],
    ["is empty", ""],
    ["is cut off", "cut"],
    ["is still yesterday's", "yesterday"],
  ])("as when it %s", async (_, body) => {
    const path = hourlyPath(hoursAgo(6));
    if (body === undefined) upstream.files.delete(path);
    else if (body === "cut") upstream.files.set(path, hourlyFile(hoursAgo(6), "44009").slice(0, -20));
    else if (body === "yesterday") upstream.files.set(path, hourlyFile(hoursAgo(30), "44009"));
    else upstream.files.set(path, body);
    await run(6);
    expect(asked().slice(7)).toEqual(stationFiles);
    expect((await stored()).slice(-2)).toEqual(["46026 5.166666666666667", "44009 5.5"]);
    await run(6);
    expect(asked()).toEqual(lateHours.map((hours) => hourlyPath(hoursAgo(hours))));
  });

  test("but not while its rows may still be late", async () => {
    for (const hours of lateHours) upstream.files.delete(hourlyPath(hoursAgo(hours)));
    await run(6);
    expect(asked()).toHaveLength(7);
  });

  test("and for its wave summary, if it has no other file", async () => {
    upstream.files.delete(hourlyPath(hoursAgo(6)));
    upstream.files.delete(realtimePath("46026", "txt"));
    upstream.files.set(realtimePath("46026", "spec"), specFile(hoursAgo(6, 50)));
    await run(6);
    expect(asked().slice(7)).toEqual([...stationFiles, realtimePath("46026", "spec")]);
    expect(await sql`select * from observations where observed_at = ${hoursAgo(6, 50)}`).toMatchObject([
      { stationId: "46026", waveHeightM: 1.2, averagePeriodS: 5.3, meanWaveDirDeg: 169, dominantPeriodS: null },
    ]);
  });

  test("continues after a broken one, fails in the end, and requests only that one again", async () => {
    upstream.files.delete(hourlyPath(hoursAgo(6)));
    upstream.files.set(realtimePath("44009", "txt"), "<html>");
    await expect(run(6)).rejects.toThrow("1 of 9 files could not be read");
    expect(await stored()).toContain("46026 5.166666666666667");
    asked();
    upstream.files.set(realtimePath("44009", "txt"), stationFile(hoursAgo(6, 30)));
    await run(6);
    expect(asked().filter((path) => path.includes("realtime2"))).toEqual([realtimePath("44009", "txt")]);
    expect(await stored()).toContain("44009 5.5");
  });

  test("stops after five broken ones in a row", async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `BUOY${index}`);
    await sql`truncate batches, observations, stations`;
    await know(...ids);
    for (const id of ids) upstream.files.set(realtimePath(id, "txt"), "<html>");
    upstream.files.delete(hourlyPath(hoursAgo(6)));
    await expect(run(6)).rejects.toThrow();
    expect(asked().slice(8)).toEqual(ids.slice(0, 5).map((id) => realtimePath(id, "txt")));
  });
});

describe("read hours are recorded per station:", () => {
  test("a station that is added to STATIONS gets its hours too", async () => {
    for (let hours = 0; hours <= 23; hours++) {
      const body = hourlyFile(hoursAgo(hours), "41001", "46042", "51001");
      upstream.files.set(hourlyPath(hoursAgo(hours)), body);
    }
    await run(24, new Set(["41001"]));
    expect((await stored()).filter((row) => row.startsWith("46042"))).toEqual([]);
    await run(24, new Set(["41001", "46042"]));
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    expect(await stored()).toEqual(hours.flatMap((hour) => [`41001 ${hour}`, `46042 ${hour}`]));
    asked();
    await run(24, new Set(["46042"]));
    expect(asked()).toEqual(lateHours.map((hours) => hourlyPath(hoursAgo(hours))));
    await run(24);
    expect((await stored()).filter((row) => row.startsWith("51001"))).toHaveLength(24);
  });

  test("more BACKFILL_HOURS within the same day fetch the hours before", async () => {
    await know("41001", "46042");
    const times = Array.from({ length: 45 * 24 }, (_, hours) => hoursAgo(hours));
    for (const id of ["41001", "46042"]) upstream.files.set(realtimePath(id, "txt"), stationFile(...times));
    await run(48);
    expect(await stored()).toHaveLength(2 * 49);
    await run(480);
    expect(await stored()).toHaveLength(2 * 481);
    asked();
    await run(480);
    await run(48);
    expect(stationsAsked()).toEqual([]);
  });

  test("a new station gets the hours that only its own file still has", async () => {
    await know("41001");
    upstream.files.set(realtimePath("41001", "txt"), stationFile(hoursAgo(30)));
    upstream.files.set(realtimePath("46042", "txt"), stationFile(hoursAgo(30)));
    await run(48);
    await know("46042");
    asked();
    await run(48);
    expect(stationsAsked()).toEqual([realtimePath("46042", "txt")]);
    expect(await stored()).toEqual(["41001 30", "46042 30"]);
  });

  test("a file that always fails is the only one requested again, as the last one", async () => {
    const ids = ["41001", "44009", "46042"];
    await know(...ids);
    for (const id of ids) upstream.files.set(realtimePath(id, "txt"), stationFile(hoursAgo(30)));
    upstream.files.set(realtimePath("41001", "txt"), "<html>");
    for (let quarterDay = 0; quarterDay < 8; quarterDay++) {
      serveHours(-6 * quarterDay, 23 - 6 * quarterDay);
      await expect(run(96)).rejects.toThrow("files could not be read");
      expect(stationsAsked()).toEqual((quarterDay === 0 ? ids : ["41001"]).map((id) => realtimePath(id, "txt")));
      await clock.advance(6 * hourMs);
    }
    await know("51001");
    serveHours(-48, -25);
    upstream.files.set(realtimePath("51001", "txt"), "<html>");
    await expect(run(96)).rejects.toThrow("files could not be read");
    expect(stationsAsked()).toEqual(["51001", "41001"].map((id) => realtimePath(id, "txt")));
  });

  test("five broken files in a row do not block the others for ever", async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `BUOY${index}`);
    await know(...ids);
    for (const id of ids.slice(0, 5)) upstream.files.set(realtimePath(id, "txt"), "<html>");
    for (const id of ids.slice(5)) upstream.files.set(realtimePath(id, "txt"), stationFile(hoursAgo(30)));
    await expect(run(48)).rejects.toThrow();
    await expect(run(48)).rejects.toThrow();
    expect(await stored()).toEqual(["BUOY5 30", "BUOY6 30", "BUOY7 30"]);
  });

  test("a missing file does not count as read: it is requested again a day later", async () => {
    await know("41001");
    await run(48);
    expect(stationsAsked()).toHaveLength(2);
    await run(48);
    expect(stationsAsked()).toEqual([]);
    upstream.files.set(realtimePath("41001", "txt"), stationFile(hoursAgo(20)));
    await clock.advance(24 * hourMs);
    await run(48);
    expect(await stored()).toEqual(["41001 20"]);
  });

  test("a file that has not changed counts as read, up to the time of the answer", async () => {
    await know("41001");
    upstream.files.set(realtimePath("41001", "txt"), stationFile(hoursAgo(20)));
    await run(48);
    await clock.advance(24 * hourMs);
    await run(48);
    expect(await readSpan("41001")).toEqual({ from: hoursAgo(48), until: hoursAgo(-20) });
  });

  test("yesterday's file of an hour that has not changed is not today's", async () => {
    serveHours(5, 5);
    await run(5);
    upstream.files.delete(realtimePath("44009", "txt"));
    await clock.advance(24 * hourMs);
    asked();
    await run(5);
    expect(asked()).toContain(realtimePath("44009", "txt"));
    expect(await readSpan("*")).toEqual({ from: hoursAgo(5), until: hoursAgo(4) });
  });
});

describe("with this machine's clock wrong by", () => {
  test.each([
    ["60 days ahead", 60 * 24 * hourMs],
    ["a day ahead", 24 * hourMs],
    ["a day behind", -24 * hourMs],
  ])("%s, the hours are NDBC's from its first answer on", async (_, skewMs) => {
    await know("44009");
    serveHours(0, 23);
    await run(24, null, { skewMs });
    expect((await stored()).filter((row) => row.startsWith("44009"))).toHaveLength(24);
    expect(asked().slice(1)).toEqual(Array.from({ length: 24 }, (_, hours) => hourlyPath(hoursAgo(hours))));
    expect(await readSpan("*")).toEqual({ from: hoursAgo(23), until: hoursAgo(4) });
    expect(await readSpan("-")).toEqual({ from: hoursAgo(23), until: hoursAgo(4) });
  });
});

test("while NDBC is down, backfill stops, and the hours remain missing", async () => {
  let requests = 0;
  const refusing = Bun.serve({
    port: 0,
    fetch() {
      requests++;
      return new Response("busy", { status: 503, headers: { "Retry-After": "60" } });
    },
  });
  await expect(run(24, null, { baseUrl: refusing.url.origin })).rejects.toThrow("answers 503");
  expect(requests).toBe(1);
  expect(await sql`select * from backfilled_hours`).toHaveLength(0);
  await refusing.stop(true);
});

test("an hourly file that cannot be fetched does not block the others", async () => {
  serveHours(0, 9);
  const broken = Bun.serve({
    port: 0,
    fetch(request) {
      const path = new URL(request.url).pathname;
      const headers = { Date: new Date(clock.now()).toUTCString() };
      if (path === hourlyPath(hoursAgo(2))) return new Response("", { status: 400, headers });
      const body = upstream.files.get(path);
      return new Response(body ?? "", { status: body === undefined ? 404 : 200, headers });
    },
  });
  await expect(run(9, null, { baseUrl: broken.url.origin })).rejects.toThrow("1 of 10 files could not be read");
  expect(await stored()).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9].map((hours) => `44009 ${hours}`));
  await broken.stop(true);
});
