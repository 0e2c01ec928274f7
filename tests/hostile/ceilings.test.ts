// The most that is taken from NDBC, and logged of Redis messages.

import { expect, test } from "bun:test";
import { createChannelMessages } from "../../services/server/stream/feed/channel-messages.ts";
import { parseHourly } from "../../services/worker/ndbc/hourly.ts";
import { parseLatestObs } from "../../services/worker/ndbc/latest-obs.ts";
import { parseRealtime, parseSpec } from "../../services/worker/ndbc/realtime.ts";
import { silentLog } from "../rig/silent-log.ts";
import { createTestClock } from "../rig/test-clock.ts";

const now = new Date("2026-05-06T12:00:00Z");
const idOf = (row: number) => `X${String(row).padStart(5, "0")}`;
const lines = (header: string, count: number, line: (row: number) => string) =>
  `${header}\n${Array.from({ length: count }, (_, row) => `${line(row)}\n`).join("")}`;
const timeOf = (row: number) => {
  const time = new Date(now.getTime() - row * 60_000).toISOString();
  return `${time.slice(0, 4)} ${time.slice(5, 7)} ${time.slice(8, 10)} ${time.slice(11, 13)} ${time.slice(14, 16)}`;
};

test.each([
  [
    "the newest rows",
    5_000,
    (count: number) =>
      parseLatestObs(
        lines("#STN LAT LON YYYY MM DD hh mm WSPD", count, (row) => `${idOf(row)} 1 2 2026 05 06 11 50 5.0`),
        now,
      ),
  ],
  [
    "an hour",
    5_000,
    (count: number) =>
      parseHourly(
        lines("#STN YYYY MM DD hh mm WSPD", count, (row) => `${idOf(row)} 2026 05 06 11 50 5.0`),
        now,
      ),
  ],
  [
    "one station",
    10_000,
    (count: number) =>
      parseRealtime(
        "44009",
        lines("#YY MM DD hh mm WSPD", count, (row) => `${timeOf(row)} 5.0`),
        now,
      ),
  ],
  [
    "the waves of one station",
    10_000,
    (count: number) =>
      parseSpec(
        "44009",
        lines("#YY MM DD hh mm WVHT", count, (row) => `${timeOf(row)} 1.0`),
        now,
      ),
  ],
] as const)("a file of %s has at most %d rows", (_name, max, parse) => {
  expect(parse(max).observations).toHaveLength(max);
  expect(() => parse(max + 1)).toThrow(`not data, but a file with more than ${max} rows`);
});

test("thousands of messages that do not fit are counted, and a few of them are logged", () => {
  const clock = createTestClock();
  const warned: unknown[] = [];
  const log = { ...silentLog, warn: (_message: string, facts: unknown) => void warned.push(facts) };
  const messages = createChannelMessages("observations:new", log, clock);
  for (let count = 0; count < 10_000; count++) messages.read(Buffer.from("x"));
  expect(messages.dropped).toBe(10_000);
  expect(warned).toHaveLength(20);
  void clock.advance(10_000);
  messages.read(Buffer.from("x"));
  expect(warned.at(-1)).toMatchObject({ unlogged: 9_980 });
});
