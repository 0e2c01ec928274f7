// The warnings of /v1/status.

import { describe, expect, test } from "bun:test";
import { type WarningFigures, warningsOf } from "../../../../services/server/api/status/warnings.ts";

const now = new Date("2026-05-06T12:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const day = 1440;
const job = (name: string, minutes: number | null, failure: string | null = null) => ({
  job: name,
  since: ago(10 * day),
  lastSuccess: minutes === null ? null : ago(minutes),
  failingSince: failure === null ? null : ago(60),
  failure,
});

const well: WarningFigures = {
  now,
  since: ago(10 * day),
  lastPoll: ago(4),
  pollSeconds: 300,
  ndbcModified: ago(6),
  newestObservation: ago(12),
  stationsReporting: 95,
  stationsOfDay: 100,
  jobs: [job("backfill", 30), job("poll", 4), job("prune", day), job("stations", day)],
  rejectedRows: [{ reason: "old", rows: 300, example: "an example" }],
};

const warn = (change: Partial<WarningFigures>) => warningsOf({ ...well, ...change });

describe("/v1/status warns", () => {
  test("of nothing when all is well, nor on a new install", () => {
    expect(warn({})).toEqual([]);
    const fresh = {
      lastPoll: null,
      ndbcModified: null,
      newestObservation: null,
      stationsReporting: 0,
      stationsOfDay: 0,
    };
    expect(warn({ ...fresh, since: ago(14) })).toEqual([]);
  });

  test.each<[string, Partial<WarningFigures>, string]>([
    ["never_polled", { lastPoll: null, since: ago(16) }, "NDBC has never answered this install"],
    ["not_polling", { lastPoll: ago(16) }, "NDBC has answered no poll for 16 minutes"],
    ["ndbc_silent", { ndbcModified: ago(60) }, "NDBC's file is 60 minutes old"],
    ["file_stuck", { newestObservation: ago(3 * 60) }, "the newest observation is 3 hours old"],
    ["stations_lost", { stationsReporting: 5 }, "only 5 of the 100 stations of the last day still report"],
    [
      "job_failing",
      { jobs: [job("prune", 3 * day, "clocks disagree")] },
      "the job prune has not succeeded for 3 days: clocks disagree",
    ],
    ["job_failing", { jobs: [job("stations", null)] }, "the job stations has not succeeded for 10 days"],
    [
      "rows_rejected",
      { rejectedRows: [{ reason: "columns", rows: 900, example: "has 2 columns instead of 22" }] },
      "900 rows were rejected since yesterday (columns), for example: has 2 columns instead of 22",
    ],
  ])("%s", (code, change, reason) => {
    expect(warn(change)).toEqual([{ code, reason }]);
  });

  test("not of polls that are an hour apart", () => {
    expect(warn({ lastPoll: ago(170), pollSeconds: 3600 })).toEqual([]);
  });
});
