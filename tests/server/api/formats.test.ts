// Tests of the API's formats, caching and compression.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { parse } from "csv-parse/sync";
import { csvLines } from "../../../services/server/api/formats/csv.ts";
import { attribution } from "../../../services/server/http/attribution.ts";
import { acceptedEncoding, acceptedFormat, type Format } from "../../../services/server/http/negotiate.ts";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { storeStations } from "../../../services/worker/store/stations.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { startApp } from "../../rig/app.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const server = await startApp(stack, { trustedProxies: 1 });

afterAll(async () => {
  await server.stop();
  await stack.stop();
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

const now = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
const name = 'DELAWARE BAY, 26 NM "SE"\nOF CAPE MAY';

beforeAll(async () => {
  const unnamed = { elevationM: null, name: null, owner: null, program: null, type: null };
  await storeStations(stack.sql, [
    { stationId: "44009", latitude: 38.46, longitude: -74.69, ...unnamed, name, owner: "ÖSTERREICH" },
    { stationId: "46026", latitude: 37.75, longitude: -122.84, ...unnamed },
  ]);
  await storeHistory(stack.sql, [observed("46026", "2026-05-06T11:50Z", { windSpeedMps: 5.1 })], unguardedIds);
  await stack.sql`update stations set latitude = null, longitude = null where station_id = '46026'`;
  const file = { etag: null, lastModified: null, hash: null };
  await storePoll(
    stack.sql,
    latestObsPath,
    file,
    [observed("44009", now, { waveHeightM: 0, tideFt: -0.4 })],
    unguardedIds,
  );
});

describe("the format of an answer", () => {
  const browser =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

  test.each<[accept: string | undefined, format: Format | null]>([
    [undefined, "json"],
    ["", "json"],
    ["*/*", "json"],
    [browser, "json"],
    ["application/json, text/plain, */*", "json"],
    ["application/json; charset=utf-8", "json"],
    ["application/*", "json"],
    ["text/csv", "csv"],
    ["TEXT/CSV", "csv"],
    ["text/*", "csv"],
    ["text/csv, application/json", "csv"],
    ["text/csv;q=0.5, application/json;q=0.4", "csv"],
    ["text/csv;q=0.4, application/json;q=0.5", "json"],
    ["*/*, text/csv", "csv"],
    ["*/*;q=0.8, text/csv;q=0.5", "json"],
    ["application/json;q=0, */*;q=0.1", "csv"],
    ["application/*;q=0, text/*;q=0, */*", null],
    ["application/geo+json", "geojson"],
    ["application/x-ndjson, application/json;q=0.9", "ndjson"],
    ["text/html", null],
    ["application/json;q=0", null],
    ["application/xml, nonsense", null],
  ])("Accept: %s", (accept, format) => {
    expect(acceptedFormat(accept, ["json", "csv", "geojson", "ndjson"])).toBe(format);
  });

  test("?format= overrides Accept", async () => {
    const answer = await get("/v1/stations?format=geojson", { Accept: "text/csv" });
    expect(answer.headers.get("Content-Type")).toBe("application/geo+json");
  });

  test("a format that is not available is rejected, and the error lists the available ones", async () => {
    const named = await get("/v1/observations?format=geojson");
    expect(named.status).toBe(400);
    expect(await named.json()).toMatchObject({
      parameter: "format",
      detail: 'format: "geojson" is not available here, use one of json, csv, ndjson',
    });
    const accepted = await get("/v1/observations", { Accept: "application/geo+json" });
    expect(accepted.status).toBe(406);
    expect(accepted.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await accepted.json()).toMatchObject({
      title: "Not acceptable",
      offered: ["application/json", "text/csv", "application/x-ndjson"],
    });
  });

  test("caches learn from Vary that it depends on Accept and Accept-Encoding", async () => {
    for (const path of ["/v1/medians", "/v1/stations/44009", "/v1/observations?format=csv"]) {
      const { headers } = await get(path, { "Accept-Encoding": "gzip" });
      expect(headers.get("Vary")).toBe("Accept, Accept-Encoding");
    }
  });
});

describe("CSV", () => {
  test("is RFC 4180: a header, CRLF, quotes where needed, and empty fields for missing values", async () => {
    const answer = await get("/v1/stations?format=csv");
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(await answer.text()).toBe(
      [
        "stationId,name,owner,program,type,latitude,longitude,elevationM",
        '44009,"DELAWARE BAY, 26 NM ""SE""\nOF CAPE MAY",ÖSTERREICH,,,38.46,-74.69,',
        "46026,,,,,,,",
        "",
      ].join("\r\n"),
    );
  });

  test("of observations has one column per field, with the unit in its name, and 0 is not empty", async () => {
    const rows = parse(await (await get("/v1/observations/latest?format=csv")).text(), { columns: true });
    expect(rows).toMatchObject([
      { stationId: "44009", timestamp: now, waveHeightM: "0", windSpeedMps: "", tideFt: "-0.4", eventId: "1" },
      { stationId: "46026", timestamp: "2026-05-06T11:50:00.000Z", waveHeightM: "", windSpeedMps: "5.1", eventId: "" },
    ]);
  });

  test("of conditions has each value and its time", async () => {
    const [row] = parse(await (await get("/v1/conditions?format=csv")).text(), { columns: true }) as object[];
    expect(row).toMatchObject({ stationId: "44009", waveHeightM: "0", waveHeightMAt: now, gustMps: "", gustMpsAt: "" });
  });
});

describe("GeoJSON", () => {
  test.each(["/v1/stations", "/v1/observations/latest"])(
    "of %s has a point of longitude and latitude",
    async (path) => {
      const whole = (await (await get(path)).json()) as Record<string, object[]>;
      const [list = []] = Object.values(whole).filter(Array.isArray);
      const collection = await (await get(path, { Accept: "application/geo+json" })).json();
      expect(collection).toEqual({
        type: "FeatureCollection",
        attribution,
        ...(path.endsWith("latest") ? { lastEventId: "1" } : {}),
        features: [
          {
            type: "Feature",
            id: "44009",
            geometry: { type: "Point", coordinates: [-74.69, 38.46] },
            properties: list[0],
          },
          { type: "Feature", id: "46026", geometry: null, properties: list[1] },
        ],
      });
    },
  );

  test("of one station is a feature, of conditions a collection", async () => {
    const feature = await (await get("/v1/stations/44009?format=geojson")).json();
    expect(feature).toMatchObject({ type: "Feature", id: "44009", attribution, properties: { name } });
    const collection = await (await get("/v1/conditions?format=geojson")).json();
    expect(collection).toMatchObject({
      lastEventId: "1",
      features: [{ id: "44009", properties: { waveHeightM: { value: 0, at: now } } }],
    });
  });
});

describe("the sources of the data", () => {
  test.each(
    ["/v1/stations", "/v1/observations", "/v1/observations/latest", "/v1/conditions", "/v1/medians"].flatMap((path) =>
      ["json", "csv", "ndjson"].map((format) => `${path}?format=${format}`),
    ),
  )("are named by the Link header of %s", async (path) => {
    await expectAttribution(await get(path));
  });

  test.each([
    "/v1/stations/44009",
    "/v1/stations?format=geojson",
    "/v1/observations/by-station/44009?format=csv",
    "/v1/observations?limit=1",
    "/v1/status",
    "/v1/observations/stream",
  ])("are named by the Link header of %s", async (path) => {
    await expectAttribution(await get(path));
  });

  async function expectAttribution(answer: Response): Promise<void> {
    await answer.body?.cancel();
    const links = answer.headers.get("Link") ?? "";
    expect(links).toContain(`<https://www.ndbc.noaa.gov/disclaimer.shtml>; rel="license"; title="${attribution}"`);
    expect(links).toContain('</v1/stations>; rel="author"');
    expect(attribution).toMatch(/NOAA.*NDBC.*owners of the stations/);
  }
});

test("NDJSON has the rows of JSON, one per line", async () => {
  for (const path of ["/v1/stations", "/v1/conditions", "/v1/medians", "/v1/observations", "/v1/observations/latest"]) {
    const lines = (await (await get(`${path}?format=ndjson`)).text()).split("\n");
    const whole = (await (await get(path)).json()) as Record<string, object[]>;
    const [rows = []] = Object.values(whole).filter(Array.isArray);
    expect(rows.length).toBeGreaterThan(0);
    expect(lines.pop()).toBe("");
    const withoutTime = (row: object) => ({ ...row, ...("at" in row ? { at: "" } : {}) });
    expect(lines.map((line) => withoutTime(JSON.parse(line)))).toEqual(rows.map(withoutTime));
  }
});

describe("an answer that a client has cached", () => {
  test.each(["/v1/stations", "/v1/stations/44009", "/v1/observations/latest", "/v1/observations", "/v1/conditions"])(
    "of %s is not sent again, in any encoding, and pages of any origin may still read it",
    async (path) => {
      for (const encoding of ["identity", "gzip", "zstd"]) {
        const headers = { "Accept-Encoding": encoding, Origin: "https://example.org" };
        const first = await get(path, headers);
        const tag = first.headers.get("ETag") ?? "";
        expect(tag).toMatch(/^W\/"\S+"$/);
        const again = await get(path, { ...headers, "If-None-Match": `"other", ${tag}` });
        expect(again.status).toBe(304);
        expect(await again.text()).toBe("");
        expect(again.headers.get("ETag")).toBe(tag);
        expect(again.headers.get("Cache-Control")).toBe(first.headers.get("Cache-Control"));
        expect(again.headers.get("Vary")).toBe("Accept, Accept-Encoding");
        expect(again.headers.get("Access-Control-Allow-Origin")).toBe("*");
        expect((await get(path, { ...headers, "If-None-Match": '"other"' })).status).toBe(200);
      }
    },
  );

  test("is sent again after new rows were stored", async () => {
    const tag = (await get("/v1/observations/latest")).headers.get("ETag") ?? "";
    await storeHistory(stack.sql, [observed("46026", "2026-05-06T12:50Z")], unguardedIds);
    expect((await get("/v1/observations/latest", { "If-None-Match": tag })).status).toBe(200);
  });

  test.each([
    ["/v1/observations/latest", "no-cache"],
    ["/v1/conditions", "no-cache"],
    ["/v1/stations", "public, max-age=60"],
    ["/v1/medians", "public, max-age=60"],
  ])("of %s has a cache lifetime", async (path, expected) => {
    expect((await get(path)).headers.get("Cache-Control")).toBe(expected);
  });

  test("is never a row stream, which has no ETag", async () => {
    for (const path of ["/v1/observations?format=csv", "/v1/observations?format=ndjson&limit=1"])
      expect((await get(path)).headers.get("ETag")).toBeNull();
  });

  test("is never an error: errors are not cached", async () => {
    expect((await get("/v1/stations/99999")).headers.get("Cache-Control")).toBe("no-store");
  });
});

describe("compression", () => {
  test.each<[header: string | undefined, encoding: "zstd" | "gzip" | null]>([
    [undefined, null],
    ["", null],
    ["gzip, deflate, br, zstd", "zstd"],
    ["gzip, deflate, br", "gzip"],
    ["gzip;q=1, zstd;q=0.5", "gzip"],
    ["zstd;q=0, *", "gzip"],
    ["*;q=0.1", "zstd"],
    ["br", null],
    ["gzip;q=0, zstd;q=0", null],
    ["GZIP", "gzip"],
  ])("Accept-Encoding: %s", (header, encoding) => {
    expect(acceptedEncoding(header, ["zstd", "gzip"])).toBe(encoding);
  });

  const raw = async (path: string, encoding: string) => {
    const answer = await fetch(server.url + path, { headers: { "Accept-Encoding": encoding }, decompress: false });
    return { encoding: answer.headers.get("Content-Encoding"), bytes: new Uint8Array(await answer.arrayBuffer()) };
  };

  test.each([
    "/v1/medians?until=2026-05-07T00:00:00Z",
    "/openapi.json",
    "/v1/medians?format=ndjson&until=2026-05-07T00:00:00Z",
  ])("makes %s smaller without a change of content", async (path) => {
    const plain = await raw(path, "identity");
    expect(plain.encoding).toBeNull();
    const gzip = await raw(path, "gzip");
    const zstd = await raw(path, "zstd");
    expect([gzip.encoding, zstd.encoding]).toEqual(["gzip", "zstd"]);
    expect(Bun.gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    expect(new Uint8Array(Bun.zstdDecompressSync(zstd.bytes))).toEqual(plain.bytes);
    expect(gzip.bytes.length).toBeLessThan(plain.bytes.length / 3);
    expect(zstd.bytes.length).toBeLessThan(plain.bytes.length / 3);
  });

  test("skips small answers and the stream", async () => {
    expect((await raw("/v1/stations/44009", "gzip")).encoding).toBeNull();
    const gone = new AbortController();
    const stream = await fetch(`${server.url}/v1/observations/stream`, {
      headers: { "Accept-Encoding": "zstd, gzip" },
      signal: gone.signal,
    });
    expect(stream.headers.get("Content-Encoding")).toBeNull();
    gone.abort();
  });
});

test("HEAD answers like GET, without a body", async () => {
  for (const path of [
    "/v1/stations",
    "/v1/observations?format=ndjson",
    "/v1/observations?format=csv",
    "/openapi.json",
  ]) {
    const head = await fetch(server.url + path, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("Content-Type")).toBe((await get(path)).headers.get("Content-Type"));
    expect(await head.text()).toBe("");
  }
});

test("a text that a spreadsheet would run has an apostrophe before it in CSV, and a negative number has none", () => {
  const table = { columns: ["text", "value"], cells: (row: [string, number]) => row };
  const rows: [string, number][] = [
    ['=HYPERLINK("http://x")', -1],
    ["+1", -1],
    ["-1", -1],
    ["@SUM(A1)", -1],
    ["BUOY -1", -1],
  ];
  expect(csvLines(table, rows)).toBe(
    '"\'=HYPERLINK(""http://x"")",-1\r\n\'+1,-1\r\n\'-1,-1\r\n\'@SUM(A1),-1\r\nBUOY -1,-1\r\n',
  );
});
