// What the feed asks PostgreSQL, without Redis and streams.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createMissedEvents } from "../../../services/server/stream/feed/missed-events.ts";
import type { StoredEvents } from "../../../services/server/stream/feed/stored-events.ts";
import { watchConnection } from "../../../shared/connections/connection-health.ts";
import { silentLog } from "../../rig/silent-log.ts";

setDefaultTimeout(120_000);

/** A database that has sent events up to an id and answers each query when the test says so. */
function ask(position: bigint, isHeld = true) {
  const { signal } = new AbortController();
  const queries: PromiseWithResolvers<void>[] = [];
  const asked = [Promise.withResolvers<void>()];
  const stored: StoredEvents = {
    position,
    isKnown: () => true,
    isNext: () => false,
    hasPassed: (eventId) => eventId <= position,
    send: () => {},
    sendMissed() {
      const query = Promise.withResolvers<void>();
      queries.push(query);
      asked.at(-1)?.resolve();
      asked.push(Promise.withResolvers());
      return query.promise;
    },
    mayHold: async () => isHeld,
  };
  const dropped: bigint[] = [];
  const messages = { hasOthers: false, dropOther: ({ eventId }: { eventId: bigint }) => void dropped.push(eventId) };
  const database = watchConnection("PostgreSQL", silentLog, signal);
  const missed = createMissedEvents({ stored, messages, database, signal });
  return { missed, queries, dropped, untilAsked: (count: number) => asked[count - 1]?.promise };
}

const message = (eventId: bigint) => ({ stationId: "44009", data: "{}", eventId });

test("what arrives during a query is found by one further query, however many messages come", async () => {
  const { missed, queries, untilAsked } = ask(7n);
  missed.lookAgain();
  await untilAsked(1);
  for (const id of [8n, 9n, 10n]) missed.doubt(message(id));
  expect(queries).toHaveLength(1);
  queries[0]?.resolve();
  await untilAsked(2);
  queries[1]?.resolve();
  await missed.started;
  expect(queries).toHaveLength(2);
});

test("a query that fails is asked again, and events stay missing until then", async () => {
  const { missed, queries, untilAsked } = ask(7n);
  missed.lookAgain();
  await untilAsked(1);
  queries[0]?.reject(new Error("the database is away"));
  await untilAsked(2);
  expect(missed.isBehind).toBe(true);
  queries[1]?.resolve();
  await missed.started;
});

test.each([
  ["above the newest stored event is of another install", 9n, true, [9n]],
  ["that PostgreSQL does not hold is of another install", 5n, false, [5n]],
  ["that PostgreSQL holds is a repeated one", 5n, true, []],
] as const)("a message with an id %s", async (_, eventId, isHeld, expected) => {
  const { missed, queries, dropped, untilAsked } = ask(7n, isHeld);
  missed.doubt(message(eventId));
  await untilAsked(1);
  queries[0]?.resolve();
  missed.lookAgain();
  await untilAsked(2);
  expect(dropped).toEqual([...expected]);
});
