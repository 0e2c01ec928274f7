// Tests of the simulated NDBC server.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startSea } from "../../../services/dev/sea/server.ts";

setDefaultTimeout(120_000);

let now = new Date("2026-05-06T12:34:56.789Z");
let sea: Awaited<ReturnType<typeof startSea>>;

beforeAll(async () => {
  sea = await startSea({ port: 0, now: () => now });
});

afterAll(() => sea.stop());

const latestObs = "/data/latest_obs/latest_obs.txt";

/** Requests a path without decompressing the response. */
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(sea.url + path, { headers: { "Accept-Encoding": "identity", ...headers }, decompress: false });

describe("the simulated server answers like NDBC's web server", () => {
  test("with plain text, Last-Modified, and no ETag", async () => {
    const answer = await get(latestObs);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/plain; charset=ISO-8859-1");
    expect(answer.headers.get("Last-Modified")).toMatch(/^Wed, 06 May 2026 12:34:5\d GMT$/);
    expect(answer.headers.get("Cache-Control")).toBe("must-revalidate");
    expect(answer.headers.get("Vary")).toBe("Accept-Encoding");
    expect(answer.headers.has("ETag")).toBeFalse();
    expect(answer.headers.has("Content-Encoding")).toBeFalse();
    expect(await answer.text()).toStartWith("#STN       LAT      LON  YYYY MM DD hh mm WDIR");
  });

  test("with the same text, compressed for clients that accept gzip", async () => {
    const [plain, packed] = await Promise.all([get(latestObs), get(latestObs, { "Accept-Encoding": "gzip, deflate" })]);
    expect(packed.headers.get("Content-Encoding")).toBe("gzip");
    expect(packed.headers.has("ETag")).toBeFalse();
    const bytes = await packed.bytes();
    const text = await plain.text();
    expect(bytes.length).toBeLessThan(text.length / 2);
    expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(text);
  });

  test("with 304 to a client that has the current file, and 200 after a change", async () => {
    const lastModified = (await get(latestObs)).headers.get("Last-Modified") ?? "";
    const unchanged = await get(latestObs, { "If-Modified-Since": lastModified });
    expect(unchanged.status).toBe(304);
    expect(await unchanged.text()).toBe("");
    now = new Date(now.getTime() + 5_000);
    expect((await get(latestObs, { "If-Modified-Since": lastModified })).status).toBe(200);
    expect((await get(latestObs, { "If-Modified-Since": "yesterday" })).status).toBe(200);
  });

  test("with Apache's HTML page for a missing file", async () => {
    const answer = await get("/data/realtime2/99999.txt");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("Content-Type")).toBe("text/html; charset=iso-8859-1");
    expect(answer.headers.has("Last-Modified")).toBeFalse();
    const page = await answer.text();
    expect(page).toStartWith('<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">');
    expect(page).toContain("The requested URL /data/realtime2/99999.txt was not found on this server.");
  });

  test("with the station list as XML", async () => {
    const answer = await get("/activestations.xml");
    expect(answer.headers.get("Content-Type")).toBe("application/xml");
    const [firstLine] = (await answer.text()).split("\n");
    expect(firstLine).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?><stations created="2026-05-06T12:3[05]:01UTC" count="\d+">$/,
    );
  });
});

test("two servers with the same seed send the same bytes at the same time", async () => {
  const twin = await startSea({ port: 0, now: () => now });
  const [one, other] = await Promise.all([sea.url, twin.url].map(async (url) => (await fetch(url + latestObs)).text()));
  await twin.stop();
  expect(one).toBe(other as string);
});

test("a stopped server no longer answers", async () => {
  const brief = await startSea({ port: 0 });
  await brief.stop();
  await expect(fetch(brief.url)).rejects.toThrow();
});
