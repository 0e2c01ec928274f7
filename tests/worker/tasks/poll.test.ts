// Polls with damaged NDBC files, wrong clocks and hanging requests.

import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createNdbcClient } from "../../../services/worker/ndbc/client.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { poll } from "../../../services/worker/tasks/poll.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import type { Observation } from "../../../shared/measurements.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { recordingLog } from "../../rig/recording-log.ts";
import { startStack } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";
import { startUpstream } from "../../rig/upstream.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const { sql } = stack;
const noonMs = Date.parse("2026-05-06T12:00:00Z");
const upstream = startUpstream(() => noonMs);

afterAll(async () => {
  await upstream.stop();
  await stack.stop();
});

beforeEach(async () => {
  await sql`truncate batches, observations, stations, upstream_files`;
});

const header = `#STN       LAT      LON  YYYY MM DD hh mm WDIR WSPD   GST WVHT  DPD APD MWD   PRES  PTDY  ATMP  WTMP  DEWP  VIS   TIDE
#text      deg      deg   yr mo day hr mn degT  m/s   m/s   m   sec sec degT   hPa   hPa  degC  degC  degC  nmi     ft
`;
const row = (stationId: string, time = "11 50") =>
  `${stationId}    36.785 -122.396 2026 05 06 ${time} 300   8.0  10.0  2.4  12  6.9 310 1013.4  +0.6  13.1  14.0  10.2   MM     MM\n`;

const publish = () => publishPending(sql, stack.redis);

function pollOnce(body: string, stations: Set<string> | null = null, skewMs = 0) {
  upstream.files.set(latestObsPath, body);
  const ndbc = createNdbcClient({ baseUrl: upstream.url, clock: createTestClock(noonMs + skewMs) });
  const { log, lines } = recordingLog();
  return poll({ sql, ndbc, publish, stations, retentionDays: 45, log, inIdTransaction: unguardedIds }).then(
    (counts) => ({
      ...counts,
      lines,
    }),
  );
}

const stored = () => sql<Observation[]>`select * from observations order by station_id`;

describe("a poll stores all but", () => {
  test("a column that the header lacks, which one warning names", async () => {
    const body = (header + row("46042")).replace("   TIDE", "").replace("     ft", "").replace("     MM\n", "\n");
    const { lines, rejectedRows } = await pollOnce(body);
    expect(await stored()).toMatchObject([{ stationId: "46042", waveHeightM: 2.4, airTempC: 13.1, tideFt: null }]);
    expect(rejectedRows.missingColumns).toEqual([{ column: "TIDE", reason: "the header lacks it" }]);
    expect(lines.filter(({ level }) => level === "warn")).toMatchObject([{ facts: { column: "TIDE" } }]);
  });

  test("an unreadable cell", async () => {
    const { rejectedRows } = await pollOnce(header + row("46042").replace("13.1", "****"));
    expect(await stored()).toMatchObject([{ stationId: "46042", waveHeightM: 2.4, airTempC: null, waterTempC: 14 }]);
    expect(rejectedRows.unreadable).toEqual([{ line: 3, column: "ATMP", text: "****" }]);
  });

  test("an unreadable position: the station keeps its old one", async () => {
    await pollOnce(header + row("46042"));
    await pollOnce(header + row("46042", "12 00").replace("36.785", "******"));
    expect(await stored()).toHaveLength(2);
    expect(await sql`select latitude, longitude from stations`).toMatchObject([
      { latitude: 36.785, longitude: -122.396 },
    ]);
  });
});

test("a file that has not changed is read again for stations that are added to STATIONS", async () => {
  const body = header + row("41001") + row("46042");
  expect(await pollOnce(body, new Set(["41001"]))).toMatchObject({ outcome: "changed", added: 1 });
  expect(await pollOnce(body, new Set(["41001", "46042"]))).toMatchObject({ outcome: "changed", added: 1, changed: 0 });
  expect(await pollOnce(body, new Set(["46042"]))).toMatchObject({ outcome: "unchanged" });
  expect(await stored()).toHaveLength(2);
});

describe("of two mirrors whose files differ,", () => {
  const at = (minute: number) => new Date(noonMs - 60 * 60_000 + minute * 60_000);
  const waves = (metres: string) => header + row("46042").replace("2.4", metres) + row("41001").replace("2.4", metres);
  /** Polls a mirror's file with this `Last-Modified`, by minute of the hour. */
  async function pollMirror(minute: number, metres: string) {
    upstream.modified.set(latestObsPath, at(minute));
    const { outcome, added, changed } = await pollOnce(waves(metres));
    return { outcome, added, changed };
  }
  const lastModified = async () => {
    const [file] = await sql<{ lastModified: string }[]>`select last_modified from upstream_files`;
    return file?.lastModified;
  };
  const older = { outcome: "older" as const, added: 0, changed: 0 };
  const ageBy = (time: string) => sql`update upstream_files set older_since = older_since - ${time}::interval`;

  afterEach(() => upstream.modified.clear());

  test.each([
    [
      "the newer one answers first",
      [50, 45, 50, 45, 45, 50],
      ["changed", "older", "unchanged", "older", "older", "unchanged"],
    ],
    ["the older one answers first", [45, 50, 45, 50], ["changed", "changed", "older", "unchanged"]],
    [
      "there are three",
      [50, 40, 45, 40, 50, 45, 55, 50],
      ["changed", "older", "older", "older", "unchanged", "older", "changed", "older"],
    ],
  ])("each correction is announced once where %s", async (_, minutes, outcomes) => {
    const polls: string[] = [];
    for (const minute of minutes) polls.push((await pollMirror(minute, `${minute / 10}`)).outcome);
    expect(polls).toEqual(outcomes);
    expect(await lastModified()).toBe(at(Math.max(...minutes)).toUTCString());
    expect(await stored()).toMatchObject([
      { waveHeightM: Math.max(...minutes) / 10 },
      { waveHeightM: Math.max(...minutes) / 10 },
    ]);
  });

  test("an older 304 does not set the stored Last-Modified back", async () => {
    await pollMirror(50, "2.4");
    expect(await pollMirror(45, "2.4")).toEqual(older);
    expect(await lastModified()).toBe(at(50).toUTCString());
  });

  test("the older one is accepted once NDBC has sent nothing newer for an hour", async () => {
    await pollMirror(50, "2.4");
    expect(await pollMirror(45, "2.1")).toEqual(older);
    await ageBy("59 minutes");
    expect(await pollMirror(46, "2.1")).toEqual(older);
    await ageBy("61 seconds");
    expect(await pollMirror(46, "2.1")).toEqual({ outcome: "changed", added: 0, changed: 2 });
    expect(await lastModified()).toBe(at(46).toUTCString());
  });

  test("an answer of the newer one starts that hour again", async () => {
    await pollMirror(50, "2.4");
    await pollMirror(45, "2.1");
    await ageBy("59 minutes");
    await pollMirror(50, "2.4");
    await ageBy("2 hours");
    expect(await pollMirror(45, "2.1")).toEqual(older);
  });
});

describe("with this machine's clock wrong by", () => {
  const dayMs = 86_400_000;
  test.each([
    ["60 days ahead", 60 * dayMs],
    ["a day ahead", dayMs],
    ["a day behind", -dayMs],
  ])("%s, rows are stored, except rows with a time in the future", async (_, skewMs) => {
    const { rejectedRows } = await pollOnce(header + row("41001", "12 05") + row("46042", "13 00"), null, skewMs);
    expect(await stored()).toMatchObject([{ stationId: "41001" }]);
    expect(rejectedRows.rejectedLines).toMatchObject([{ line: 4, code: "future" }]);
  });
});

test("a hanging poll fails after 90 seconds, so that the next one can begin", async () => {
  const clock = createTestClock();
  const asked = Promise.withResolvers<void>();
  const ndbc = {
    get: () => {
      asked.resolve();
      return new Promise<never>(() => {});
    },
    nowMs: () => null,
  };
  const polling = poll({
    sql,
    ndbc,
    publish,
    stations: null,
    retentionDays: 45,
    log: recordingLog().log,
    inIdTransaction: unguardedIds,
    clock,
  });
  let outcome = "under way";
  const ended = polling.catch((error: Error) => {
    outcome = error.message;
  });
  await asked.promise;
  await clock.advance(89_999);
  expect(outcome).toBe("under way");
  await clock.advance(1);
  await ended;
  expect(outcome).toBe("no answer within 90000 ms");
});
