// Encoding and parsing of the messages on the Redis channel.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import {
  coreMeasurements,
  extraMeasurements,
  type Measurements,
  measurements,
  type Observation,
  type StoredObservation,
  stationIdPattern,
} from "../../shared/measurements.ts";
import { encodeMessage, encodeObservation, parseMessage } from "../../shared/observation.ts";

setDefaultTimeout(120_000);

/** The line of the contract. */
const line =
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';

const nothing = Object.fromEntries(measurements.map((name) => [name, null])) as Measurements;

const observation: Observation = {
  ...nothing,
  stationId: "44009",
  observedAt: new Date("2025-11-15T12:00:00Z"),
  waveHeightM: 1.2,
  windSpeedMps: 5.1,
  windDirDeg: 180,
  waterTempC: 12.4,
  pressureHpa: 1012.8,
};

/** The contract's line with one more key at its end. */
const lineWith = (key: string) => `${line.slice(0, -1)},${key}}`;

describe("an encoded observation", () => {
  test("of the seven fields is the contract's line byte for byte", () => {
    expect(encodeObservation(observation)).toBe(line);
  });

  test("without measurements has null in the five core fields, and no other field", () => {
    expect(encodeObservation({ ...observation, ...nothing })).toBe(
      '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":null,"windSpeedMps":null,"windDirDeg":null,"waterTempC":null,"pressureHpa":null}',
    );
  });

  test("has its keys in the contract's order, independent of the object's key order", () => {
    const all = Object.fromEntries(measurements.toReversed().map((name, index) => [name, index])) as Measurements;
    const { stationId, observedAt } = observation;
    expect(Object.keys(JSON.parse(encodeObservation({ ...all, observedAt, stationId })))).toEqual([
      "stationId",
      "timestamp",
      "waveHeightM",
      "windSpeedMps",
      "windDirDeg",
      "waterTempC",
      "pressureHpa",
      "gustMps",
      "dominantPeriodS",
      "averagePeriodS",
      "meanWaveDirDeg",
      "airTempC",
      "dewPointC",
      "visibilityNmi",
      "pressureTendencyHpa",
      "tideFt",
    ]);
  });

  test.each([...extraMeasurements])("has %s only when it was measured, including zero", (name) => {
    expect(encodeObservation({ ...observation, [name]: 0 })).toBe(lineWith(`"${name}":0`));
    expect(encodeObservation({ ...observation, [name]: null })).toBe(line);
  });

  test("writes -0 as 0 and keeps 360 degrees", () => {
    const data = encodeObservation({ ...observation, windDirDeg: 360, waterTempC: -0, pressureTendencyHpa: -0 });
    expect(JSON.parse(data)).toMatchObject({ windDirDeg: 360, waterTempC: 0, pressureTendencyHpa: 0 });
    expect(data).not.toContain("-0");
  });
});

describe("an encoded message", () => {
  test("carries its event id as the last key, a decimal string", () => {
    expect(encodeMessage({ ...observation, airTempC: 12, eventId: "123" })).toBe(
      lineWith('"airTempC":12,"eventId":"123"'),
    );
  });

  test("of history has no event id", () => {
    expect(encodeMessage({ ...observation, eventId: null })).toBe(line);
  });
});

describe("a parsed message", () => {
  test("without an event id passes byte for byte, blanks and unknown keys included", () => {
    const odd = `  ${lineWith('"salinityPsu": 35.0, "crew": {"bells": [1, 2]}')} `;
    expect(parseMessage(line)).toEqual({ stationId: "44009", eventId: null, data: line });
    expect(parseMessage(odd)).toEqual({ stationId: "44009", eventId: null, data: odd });
  });

  test("with a trailing event id is unchanged apart from the id", () => {
    const text = lineWith('"salinityPsu":35.0,"eventId":"123"');
    expect(parseMessage(text)).toEqual({ stationId: "44009", eventId: "123", data: lineWith('"salinityPsu":35.0') });
  });

  test.each([
    ["first", line.replace("{", '{"eventId":"123",')],
    ["in the middle", line.replace(',"windDirDeg"', ',"eventId":"123","windDirDeg"')],
    ["last, after a blank", lineWith(' "eventId" : "123" ')],
    ["twice", lineWith('"eventId":"122","eventId":"123"')],
  ])("with an event id %s is returned without it", (_, text) => {
    expect(parseMessage(text)).toEqual({ stationId: "44009", eventId: "123", data: line });
  });

  test("keeps an eventId that is part of an unknown key's value", () => {
    const text = lineWith('"buoy":{"eventId":"7"},"eventId":"123"');
    expect(parseMessage(text).data).toBe(lineWith('"buoy":{"eventId":"7"}'));
  });

  test("can be exactly 64 kB", () => {
    const text = lineWith(`"note":"${"x".repeat(64 * 1024 - line.length - '"note":"",'.length)}"`);
    expect(text.length).toBe(64 * 1024);
    expect(parseMessage(text).data).toBe(text);
    expect(() => parseMessage(text.replace("x", "xx"))).toThrow("larger than 65536 bytes");
    expect(() => parseMessage(text.replace("x", "é"))).toThrow("larger than 65536 bytes");
  });
});

describe("a message is rejected with a reason", () => {
  test.each([
    ["that is not JSON", "the sea is calm", "not JSON"],
    ["that is cut off", line.slice(0, -1), "not JSON"],
    ["that is empty", "", "not JSON"],
    ["that is an array", `[${line}]`, /^value: .*expected object/],
    ["that is null", "null", /^value: .*expected object/],
    ["with NaN for a number", line.replace("1.2", "NaN"), "not JSON"],
    ["with an endless number", line.replace("1.2", "1e999"), /^waveHeightM: /],
    ["with text for a number", line.replace("1.2", '"1.2"'), /^waveHeightM: .*expected number/],
    ["with true for a number", line.replace("180", "true"), /^windDirDeg: .*expected number/],
    ["with null for an extra field", lineWith('"gustMps":null'), /^gustMps: .*expected number/],
    ["with a station id in lower case", line.replace("44009", "51wh0"), /^stationId: must be 4 to 10 of A-Z and 0-9/],
    ["with a station id too short", line.replace("44009", "440"), /^stationId: /],
    ["with a station id too long", line.replace("44009", "44009440091"), /^stationId: /],
    ["with a number for a station id", line.replace('"44009"', "44009"), /^stationId: /],
    ["with a line break in the station id", line.replace("44009", "44009\\n"), /^stationId: /],
    ["with a timestamp to the second", line.replace(".000Z", "Z"), /^timestamp: /],
    ["with a timestamp between two seconds", line.replace(".000Z", ".500Z"), /^timestamp: .*\.000Z/],
    ["with a timestamp of another zone", line.replace(".000Z", ".000+00:00"), /^timestamp: /],
    ["with a day that no calendar has", line.replace("2025-11-15", "2025-02-29"), /^timestamp: /],
    ["with a number for a timestamp", line.replace('"2025-11-15T12:00:00.000Z"', "1763208000000"), /^timestamp: /],
    ["with a line break between tokens", line.replace(",", ",\n"), "holds a raw line break"],
    ["with a carriage return between tokens", line.replace(",", ",\r"), "holds a raw line break"],
    ["with a line break at its end", `${line}\n`, "holds a raw line break"],
    ["larger than 64 kB", lineWith(`"note":"${"x".repeat(65_536)}"`), "larger than 65536 bytes"],
    ["with a number for an event id", lineWith('"eventId":123'), /^eventId: /],
    ["with null for an event id", lineWith('"eventId":null'), /^eventId: /],
    ["with an empty event id", lineWith('"eventId":""'), /^eventId: must be a decimal number/],
    ["with an event id below zero", lineWith('"eventId":"-1"'), /^eventId: must be a decimal number/],
    ["with an event id that begins with 0", lineWith('"eventId":"012"'), /^eventId: must be a decimal number/],
    ["with an event id that PostgreSQL cannot hold", lineWith('"eventId":"9223372036854775808"'), /^eventId: /],
  ])("%s", (_, text, reason) => {
    expect(() => parseMessage(text)).toThrow(reason);
  });

  test.each(["stationId", "timestamp", ...coreMeasurements])("that lacks %s", (key) => {
    const { [key]: _, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(() => parseMessage(JSON.stringify(rest))).toThrow(new RegExp(`^${key}: `));
  });
});

describe("for all values,", () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true });
  const observations: fc.Arbitrary<StoredObservation> = fc.record({
    ...(Object.fromEntries(measurements.map((name) => [name, fc.option(value)])) as Record<
      keyof Measurements,
      fc.Arbitrary<number | null>
    >),
    stationId: fc.stringMatching(stationIdPattern),
    // Whole seconds in years with four digits.
    observedAt: fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => new Date(seconds * 1_000)),
    eventId: fc.option(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String)),
  });

  test("a parsed message equals the encoded one", () => {
    fc.assert(
      fc.property(observations, (stored) => {
        const { stationId, eventId } = stored;
        expect(parseMessage(encodeMessage(stored))).toEqual({ stationId, eventId, data: encodeObservation(stored) });
      }),
    );
  });

  test("the parser rejects any invalid text with a reason in one line", () => {
    const almost = fc
      .dictionary(fc.constantFrom(...Object.keys(JSON.parse(line)), "eventId", "__proto__", "x"), fc.jsonValue())
      .map((keys) => JSON.stringify({ ...JSON.parse(line), ...keys }));
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.json(), almost, fc.constant("[".repeat(60_000)));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseMessage(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message).toMatch(/^[^\r\n]+$/);
        }
      }),
    );
  });
});
