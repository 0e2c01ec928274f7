// The stored validators of NDBC's files.

import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, rememberFile, wholeFile } from "../../../services/worker/store/files.ts";
import { file, noon, startStore } from "./store-rig.ts";

setDefaultTimeout(120_000);

const store = await startStore();
const { sql } = store;

afterAll(store.stop);

beforeEach(store.empty);

describe("the stored validators of a file", () => {
  const span = (since: string | null, until: string | null = null) => ({
    stations: null,
    since: since === null ? null : new Date(since),
    until: until === null ? null : new Date(until),
  });
  const of = (...ids: string[]) => ({ ...wholeFile, stations: new Set(ids) });

  test.each([
    ["all of it", wholeFile, of("44009"), true],
    ["other stations", of("44009"), of("46026"), false],
    ["fewer stations", of("44009"), of("44009", "46026"), false],
    ["more stations", of("44009", "46026"), of("46026"), true],
    ["a station, where all are wanted", of("44009"), wholeFile, false],
    ["rows from further back", span("2026-05-01"), span("2026-05-02"), true],
    ["fewer rows", span("2026-05-02"), span("2026-05-01"), false],
    ["an hour of another day", span(noon, "2026-05-06T13:00Z"), span("2026-05-07T12:00Z", "2026-05-07T13:00Z"), false],
  ])("serves a conditional request where this was stored of it: %s", async (_, stored, wanted, serves) => {
    await rememberFile(sql, "/x", file, stored);
    expect(await readFile(sql, "/x", wanted)).toEqual(serves ? file : null);
  });
});
