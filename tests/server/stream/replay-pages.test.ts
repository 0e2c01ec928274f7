// Tests of the pages of a replay.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { createQuestions } from "../../../services/server/store/questions.ts";
import { createReplayPages } from "../../../services/server/stream/replay-pages.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { systemClock } from "../../../shared/clock.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
afterAll(stack.stop);

const questions = createQuestions(stack.sql, stack.sql, systemClock);
const asker = { network: "198.51.100.1", signal: new AbortController().signal, charge() {} };
const everything = { stations: null, bbox: null };
const file = { etag: null, lastModified: null, hash: null };
const events = 800;
const rows = Array.from({ length: events }, (_, index) => observed(String(10_000 + index), "2026-05-06T12:00:00Z"));
const { events: ids } = await storePoll(stack.sql, latestObsPath, file, rows, unguardedIds);
const last = BigInt(ids?.lastEventId ?? 0);

function idsOf(bytes: Uint8Array): string[] {
  return [...new TextDecoder().decode(bytes).matchAll(/^id: (\d+)$/gm)].map(([, id = ""]) => id);
}

test("consecutive pages contain every missed event once", async () => {
  const readPage = createReplayPages(questions);
  const first = await readPage({ after: 0n, upTo: last, since: null }, everything, asker);
  const second = await readPage({ after: first.upTo, upTo: last, since: null }, everything, asker);
  expect(second.upTo).toBe(last);
  const replayed = [...idsOf(first.bytes), ...idsOf(second.bytes)];
  expect(replayed).toEqual(Array.from({ length: events }, (_, index) => String(last - BigInt(events - 1 - index))));
  expect(first.events + second.events).toBe(events);
});

test("listeners that resume at the same event share a query, and those with a filter have their own", async () => {
  const readPage = createReplayPages(questions);
  const range = { after: last - 3n, upTo: last, since: null };
  const [one, other] = await Promise.all([readPage(range, everything, asker), readPage(range, everything, asker)]);
  expect(other.bytes).toBe(one.bytes);
  expect(one.events).toBe(3);
  const filtered = await readPage(range, { ...everything, stations: new Set(["10799"]) }, asker);
  expect(filtered).toMatchObject({ events: 1, upTo: last });
  expect((await readPage({ ...range, after: last - 2n }, everything, asker)).events).toBe(2);
  const later = { ...range, since: new Date("2026-05-06T12:00:01Z") };
  expect((await readPage(later, everything, asker)).events).toBe(0);
});
