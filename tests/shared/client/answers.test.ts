// Compares the page's hand-written checks with the API's schemas; zod would be half of the page's weight.
// api.test.ts compares them with the stream's schema.

import { afterAll, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import fc from "fast-check";
import type { z } from "zod";
import * as answers from "../../../services/server/api/answers.ts";
import { loadConditions, loadHistory, loadMedians, loadStations, loadStatus } from "../../../shared/client/api.ts";
import { measurements, medianMeasurements } from "../../../shared/measurements.ts";

setDefaultTimeout(120_000);

type Json = Record<string, unknown>;

let body: unknown = null;
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(body) });
const url = server.url.origin;
const warnings = spyOn(console, "warn").mockImplementation(() => {});
const { signal } = new AbortController();

afterAll(async () => {
  warnings.mockRestore();
  await server.stop(true);
});

const time = "2026-05-06T12:00:00.000Z";
const numbers = [0, -0.5, 1.5, 12, 2 ** 53, null];
const texts = ["", "44009", "abc", "44009 ", "0", "12", "007", "1".repeat(19), null];
const times = [
  time,
  "2026-02-30T12:00:00.000Z",
  "2026-05-06T24:00:00.000Z",
  "2026-05-06T12:00:00Z",
  "2026-05-06T12:00:00.123Z",
  "0000-01-01T00:00:00.000Z",
];
const others = [
  true,
  [],
  {},
  { value: 1, at: time },
  { value: 1.5 },
  { value: null, at: time },
  { value: 1, at: "now" },
];
const junk = [...numbers, ...texts, ...times, ...others, undefined];

const station = {
  stationId: "44009",
  name: "DELAWARE BAY",
  owner: null,
  program: null,
  type: "buoy",
  latitude: 38.46,
  longitude: -74.69,
  elevationM: 0,
};
const observation = {
  stationId: "44009",
  timestamp: time,
  ...Object.fromEntries(measurements.map((name) => [name, 1.5])),
  eventId: "12",
};
const conditions = {
  stationId: "44009",
  ...Object.fromEntries(measurements.map((name) => [name, { value: 1.5, at: time }])),
};
const medianStep = { at: time, stations: 3, ...Object.fromEntries(medianMeasurements.map((name) => [name, 1.5])) };
const status = {
  version: "0.1.0",
  lastPoll: time,
  lastPollBegun: null,
  pollSeconds: 300,
  pollsStopped: false,
  outage: null,
  ndbcLastModified: null,
  stationsReporting: 5,
  simulated: false,
  lastEventId: "12",
};

/** A matching value with up to three fields changed to `values`. */
function changed(fitting: Json, values: unknown[] = junk): fc.Arbitrary<Json> {
  const change = fc.tuple(fc.constantFrom(...Object.keys(fitting), "other"), fc.constantFrom(...values));
  return fc.array(change, { maxLength: 3 }).map((changes) => ({ ...fitting, ...Object.fromEntries(changes) }));
}

async function expectAgreement(
  values: fc.Arbitrary<Json>,
  schema: z.ZodType,
  accepts: (value: Json) => boolean | Promise<boolean>,
): Promise<void> {
  const seen = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      // As in JSON: undefined fields are absent.
      const sent = JSON.parse(JSON.stringify(value)) as Json;
      const fits = schema.safeParse(sent).success;
      seen.add(fits);
      expect(await accepts(sent)).toBe(fits);
    }),
    { numRuns: 500 },
  );
  expect(seen.size).toBe(2);
}

test("the page accepts an observation of the past if the schema does", async () => {
  await expectAgreement(changed(observation), answers.observation, async (value) => {
    body = { stationId: "44009", observations: [value] };
    return (await loadHistory(url, "44009", 0, signal)).length === 1;
  });
});

test("the page accepts a station if the schema does", async () => {
  await expectAgreement(changed(station), answers.station, async (value) => {
    body = { stations: [value] };
    return (await loadStations(url, signal)).length === 1;
  });
});

// The page treats an absent field as `null`: an older server may not send it.
test("the page accepts a station's conditions if the schema does, except for absent fields", async () => {
  const present = junk.filter((value) => value !== undefined);
  await expectAgreement(changed(conditions, present), answers.stationConditions, async (value) => {
    body = { lastEventId: "12", conditions: [value] };
    return (await loadConditions(url, "", signal)).conditions.length === 1;
  });
});

test("the page accepts a step of the past if the schema does", async () => {
  await expectAgreement(changed(medianStep), answers.medianStep, async (value) => {
    body = { stepMinutes: 10, medians: [value] };
    return (await loadMedians(url, { bbox: null }, signal)).length === 1;
  });
});

test("the page continues from an event id if the schema allows it", async () => {
  const ids = fc.oneof(fc.constantFrom(...junk), fc.bigInt({ min: -1n, max: 10n ** 20n }).map(String));
  const answer = ids.map((lastEventId) => ({ lastEventId, conditions: [] }));
  await expectAgreement(answer, answers.conditions, async (value) => {
    body = value;
    return loadConditions(url, "", signal).then(
      () => true,
      () => false,
    );
  });
});

// The page shows poll times unchecked, and ignores fields that older servers do not send.
test("the page accepts a status if the schema does, except for times and newer fields", async () => {
  const { lastPollBegun, pollSeconds, pollsStopped, outage, ...old } = status;
  const values = [...numbers.filter((value) => value !== 2 ** 53), true, false, [], {}, time];
  const details = { jobs: [], rejectedRows: [], oldestEvent: null, newestEvent: null, databaseBytes: 1, warnings: [] };
  const fixed = { lastPollBegun, pollSeconds, pollsStopped, outage, ...details };
  await expectAgreement(
    changed(old, values).map((value) => ({ ...value, ...fixed })),
    answers.status,
    async (value) => {
      body = value;
      return loadStatus(url, signal).then(
        () => true,
        () => false,
      );
    },
  );
});
