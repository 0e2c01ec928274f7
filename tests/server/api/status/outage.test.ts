// The cause of an outage in /v1/status.

import { expect, test } from "bun:test";
import { outageOf } from "../../../../services/server/api/status/outage.ts";

const now = new Date("2026-11-28T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const well = {
  now,
  lastPoll: ago(10),
  lastPollBegun: ago(10),
  pollsStopped: false,
  pollSeconds: 300,
  ndbcModified: ago(100),
  newestBatch: ago(100),
};
const codeOf = (figures: Partial<Parameters<typeof outageOf>[0]>) => outageOf({ ...well, ...figures })?.code ?? null;

test("there is no outage until three periods have brought no batch", () => {
  expect(codeOf({})).toBeNull();
  expect(codeOf({ ndbcModified: ago(899), newestBatch: ago(4_000) })).toBeNull();
  expect(outageOf({ ...well, ndbcModified: ago(900), newestBatch: ago(4_000) })).toEqual({
    code: "ndbc_silent",
    since: ago(900).toISOString(),
  });
  expect(codeOf({ pollSeconds: 3_600, ndbcModified: ago(10_000), newestBatch: ago(10_000) })).toBeNull();
});

test("a file without a valid Last-Modified is judged by its rows, and without rows by nothing", () => {
  expect(codeOf({ ndbcModified: new Date("soon"), newestBatch: ago(900) })).toBe("ndbc_silent");
  expect(outageOf({ ...well, ndbcModified: null, newestBatch: null })).toBeNull();
});

test("the cause nearest to this server comes first", () => {
  const silent = { ndbcModified: ago(9_000), newestBatch: ago(9_000) };
  expect(codeOf({ ...silent, lastPoll: ago(900) })).toBe("ndbc_unreachable");
  expect(codeOf({ ...silent, lastPoll: null })).toBe("never_polled");
  expect(codeOf({ ...silent, lastPoll: null, lastPollBegun: ago(900), pollsStopped: true })).toBe("polls_stopped");
});
