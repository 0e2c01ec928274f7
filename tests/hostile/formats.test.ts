// Tests of malformed NDBC files.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { parseActiveStations } from "../../services/worker/ndbc/active-stations.ts";
import { createNdbcClient } from "../../services/worker/ndbc/client.ts";
import { NotDataError } from "../../services/worker/ndbc/errors.ts";
import { parseHourly } from "../../services/worker/ndbc/hourly.ts";
import { parseLatestObs } from "../../services/worker/ndbc/latest-obs.ts";
import { parseRealtime, parseSpec } from "../../services/worker/ndbc/realtime.ts";
import type { ListedStation, PositionedObservation } from "../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storeStations } from "../../services/worker/store/stations.ts";
import { poll } from "../../services/worker/tasks/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { type Measurement, measurements, type Observation } from "../../shared/measurements.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { silentLog } from "../rig/silent-log.ts";
import { type Stack, startStack } from "../rig/stack.ts";
import { fixture } from "../worker/ndbc/fixture.ts";
import { entityBomb, mutated, mutatedLine } from "./mutations.ts";
import { inputs } from "./seed.ts";

setDefaultTimeout(120_000);

const now = new Date("2026-05-06T12:00:00Z");

/** Plausible range of each measurement; the parser names the sources. */
const windows: Record<Measurement, [min: number, max: number]> = {
  waveHeightM: [0, 30],
  windSpeedMps: [0, 98],
  windDirDeg: [0, 360],
  waterTempC: [-5, 45],
  pressureHpa: [860, 1095],
  gustMps: [0, 120],
  dominantPeriodS: [1, 50],
  averagePeriodS: [1, 50],
  meanWaveDirDeg: [0, 360],
  airTempC: [-95, 60],
  dewPointC: [-105, 40],
  visibilityNmi: [0, 60],
  pressureTendencyHpa: [-100, 100],
  tideFt: [-30, 80],
};

const isWithin = (value: number | null | undefined, [min, max]: [number, number]) =>
  typeof value === "number" && value >= min && value <= max && !Object.is(value, -0);

const isId = (id: string) => /^[A-Z0-9]{4,10}$/.test(id);

/** Returns the invalid fields of an observation. */
function misfits(row: Observation & Partial<PositionedObservation>, clock: Date): string[] {
  const { stationId, observedAt, latitude, longitude } = row;
  const isTime = observedAt instanceof Date && observedAt.getTime() <= clock.getTime() + 5 * 60_000;
  return [
    isId(stationId) ? [] : ["stationId"],
    isTime && /^\d{4}-/.test(observedAt.toISOString()) ? [] : ["observedAt"],
    measurements.filter((name) => row[name] !== null && !isWithin(row[name], windows[name])),
    latitude === undefined || latitude === null || isWithin(latitude, [-90, 90]) ? [] : ["latitude"],
    longitude === undefined || longitude === null || isWithin(longitude, [-180, 180]) ? [] : ["longitude"],
  ].flat();
}

function misfitsOfStation({ stationId, latitude, longitude, elevationM, ...texts }: ListedStation): string[] {
  return [
    isId(stationId) ? [] : ["stationId"],
    isWithin(latitude, [-90, 90]) ? [] : ["latitude"],
    isWithin(longitude, [-180, 180]) ? [] : ["longitude"],
    elevationM === null || isWithin(elevationM, [-1e308, 1e308]) ? [] : ["elevationM"],
    // PostgreSQL refuses this character in a text.
    Object.entries(texts)
      .filter(([, text]) => text !== null && (text === "" || text.includes("\0") || !text.isWellFormed()))
      .map(([name]) => name),
  ].flat();
}

/** Parses a file. @returns `null` if the whole file is rejected @throws {unknown} any other error, which fails the test */
function parsed<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof NotDataError)) throw error;
    expect(error.message).not.toContain("\n");
    return null;
  }
}

const tables: { name: string; file: string; parse: (body: string) => Observation[] }[] = [
  {
    name: "latest_obs.txt",
    file: await fixture("latest_obs.txt"),
    parse: (body) => parseLatestObs(body, now).observations,
  },
  {
    name: "a station's .txt",
    file: await fixture("44009.txt"),
    parse: (body) => parseRealtime("44009", body, now).observations,
  },
  {
    name: "a station's .spec",
    file: await fixture("44009.spec"),
    parse: (body) => parseSpec("44009", body, now).observations,
  },
  { name: "an hour's file", file: await fixture("hour_11.txt"), parse: (body) => parseHourly(body, now).observations },
];

describe.each(tables)("$name", ({ file, parse }) => {
  const whole = parse(file);
  const [header = "", units = "", ...rows] = file.trimEnd().split("\n");
  const tableOf = (...lines: string[]) => `${lines.join("\n")}\n`;

  test("that is malformed yields only valid observations, or is rejected", () => {
    fc.assert(
      fc.property(mutated(file), (body) => {
        const observations = parsed(() => parse(body)) ?? [];
        expect(observations.flatMap((row) => misfits(row, now))).toEqual([]);
      }),
      inputs(200),
    );
  });

  test("has the same meaning with its columns in any order", () => {
    const cells = [header.slice(1), units.slice(1), ...rows].map((line) => line.trim().split(/ +/));
    const order = fc.shuffledSubarray(cells[0]?.map((_, column) => column) ?? [], { minLength: cells[0]?.length ?? 0 });
    fc.assert(
      fc.property(order, (columns) => {
        const lines = cells.map((line) => columns.map((column) => line[column]).join(" "));
        expect(parse(tableOf(`#${lines[0]}`, `#${lines[1]}`, ...lines.slice(2)))).toEqual(whole);
      }),
      inputs(100),
    );
  });

  test("with one broken line loses only the row of that line", () => {
    const broken = fc
      .nat(rows.length - 1)
      .chain((index) => fc.tuple(fc.constant(index), mutatedLine(rows[index] ?? "")));
    fc.assert(
      fc.property(broken, ([index, line]) => {
        const observations = parse(tableOf(header, units, ...rows.with(index, line)));
        const kept = observations.length === rows.length ? observations.toSpliced(index, 1) : observations;
        expect(kept).toEqual(whole.toSpliced(index, 1));
      }),
      inputs(200),
    );
  });
});

test.each(["44\xdf9", "44\xdf\xdf", "\xb5409", "44\xe909"])(
  "the id %j is never confused with another station's",
  (id) => {
    const [table, list] = [tables[0]?.file ?? "", `<stations><station id="${id}" lat="1" lon="1"/></stations>`];
    const ids = parseLatestObs(table.replace("44009", id), now).observations.map((row) => row.stationId);
    expect(ids).toEqual(["32ST0", "46026", "5401000", "KGUL", "LTRF1"]);
    expect(parsed(() => parseActiveStations(`<?xml version="1.0" encoding="ISO-8859-1"?>${list}`))).toBeNull();
  },
);

test("a latest_obs.txt with eight megabytes of broken lines is rejected", () => {
  const file = tables[0]?.file ?? "";
  expect(parsed(() => parseLatestObs(file + "x\n".repeat(3_900_000), now))).toBeNull();
});

describe("activestations.xml", async () => {
  const file = await fixture("activestations.xml");
  const whole = parseActiveStations(file).stations;

  test("that is malformed yields only valid stations, or is rejected", () => {
    fc.assert(
      fc.property(mutated(file), (xml) => {
        const list = parsed(() => parseActiveStations(xml));
        expect(list?.stations.flatMap(misfitsOfStation) ?? []).toEqual([]);
      }),
      inputs(200),
    );
  });

  test("with one broken attribute loses only the station of that attribute", () => {
    const values = [...file.matchAll(/ (?:id|lat|lon|elev|name|type)="([^"]*)"/g)];
    const change = fc.tuple(
      fc.constantFrom(...values),
      mutatedLine("44.794").map((text) => text.slice(0, 1_000)),
    );
    fc.assert(
      fc.property(change, ([match, value]) => {
        // Invalid XML would make the parser reject the whole list.
        const escaped = value.replace(/[^ -~]|[<>&"]/g, (character) => `&#${Math.max(32, character.charCodeAt(0))};`);
        const start = match.index + match[0].indexOf('"') + 1;
        const { stations } = parseActiveStations(
          file.slice(0, start) + escaped + file.slice(start + (match[1] ?? "").length),
        );
        const changed = file.slice(0, start).split("<station ").length - 2;
        const others = whole.toSpliced(changed, 1);
        expect(stations).toEqual(expect.arrayContaining(others));
        expect(stations.length).toBeWithin(others.length, whole.length + 1);
        expect(stations.flatMap(misfitsOfStation)).toEqual([]);
      }),
      inputs(200),
    );
  });

  test.each([
    ["with a million nested elements", "<a>".repeat(1_000_000)],
    ["with a million empty stations", `<stations>${"<station/>".repeat(700_000)}</stations>`],
    ["with entities that each grow tenfold", entityBomb(12)],
    [
      "that names a file of this machine",
      '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><stations>&x;</stations>',
    ],
  ])("%s is rejected", (_, xml) => {
    expect(parsed(() => parseActiveStations(xml))).toBeNull();
  });
});

describe("a worker that gets malformed files", () => {
  let stack: Stack;
  let body = "";
  const upstream = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response(Buffer.from(body, "latin1")),
  });
  const ndbc = createNdbcClient({ baseUrl: `http://127.0.0.1:${upstream.port}` });

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(async () => {
    await upstream.stop(true);
    await stack.stop();
  });

  const pollOnce = () =>
    poll({
      sql: stack.sql,
      ndbc,
      publish: () => publishPending(stack.sql, stack.redis),
      stations: null,
      retentionDays: 36_500,
      log: silentLog,
      inIdTransaction: unguardedIds,
    });

  test("stores only valid rows, and every row of the next valid file", async () => {
    const { sql } = stack;
    await fc.assert(
      fc.asyncProperty(mutated(tables[0]?.file ?? ""), async (malformed) => {
        body = malformed;
        const refused = await pollOnce().then(
          () => null,
          (error: unknown) => error,
        );
        if (refused !== null) expect(refused).toBeInstanceOf(NotDataError);
      }),
      inputs(70),
    );
    const stored = await sql<PositionedObservation[]>`
      select station_id, observed_at, ${sql(measurements)}, latitude, longitude
      from observations join stations using (station_id)
    `;
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.filter((row) => misfits(row, new Date()).length > 0)).toEqual([]);

    const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    body = latestObsFile(900, minute);
    expect(await pollOnce()).toMatchObject({ rows: 900, added: 900, changed: 0, published: 900 });
    const good = await sql<PositionedObservation[]>`
      select station_id, observed_at, ${sql(measurements)}, latitude, longitude
      from observations join stations using (station_id)
      where observed_at = ${minute} order by station_id
    `;
    expect([...good]).toEqual(parseLatestObs(body, new Date()).observations);
  });

  test("can store every station that a malformed list yields", async () => {
    const file = await fixture("activestations.xml");
    await fc.assert(
      fc.asyncProperty(mutated(file), async (xml) => {
        const list = parsed(() => parseActiveStations(xml));
        if (list !== null) await storeStations(stack.sql, list.stations);
      }),
      inputs(70),
    );
    const stored = await stack.sql<ListedStation[]>`
      select * from stations where latitude is not null
    `;
    expect(stored.flatMap(misfitsOfStation)).toEqual([]);
  });
});
