// Parsing of NDBC's list of stations.

import { describe, expect, test } from "bun:test";
import { parseActiveStations } from "../../../services/worker/ndbc/active-stations.ts";
import { NotDataError } from "../../../services/worker/ndbc/errors.ts";
import { fixture, thrownBy } from "./fixture.ts";

const file = await fixture("activestations.xml");

const listOf = (...stations: string[]) => `<stations created="2026-05-06T11:40:01UTC">${stations.join("")}</stations>`;
const good =
  '<station id="44009" lat="38.46" lon="-74.692" elev="0" name="Delaware" owner="NDBC" pgm="P" type="buoy"/>';

describe("the list of stations", () => {
  test("returns each station with its id in upper case, and ignores the list's own count", () => {
    const { stations, rejected } = parseActiveStations(file);
    expect(stations.map((station) => station.stationId)).toEqual([
      "0Y2W3",
      "22101",
      "32303",
      "44009",
      "5401000",
      "KGUL",
    ]);
    expect(stations[0]).toEqual({
      stationId: "0Y2W3",
      latitude: 44.794,
      longitude: -87.313,
      elevationM: 179,
      name: "Sturgeon Bay CG Station, WI",
      owner: "U.S.C.G. Marine Reporting Stations",
      program: "IOOS Partners",
      type: "fixed",
    });
    expect(rejected).toEqual([]);
  });

  test("is parsed the same on one line, as NDBC writes it since 2026", () => {
    const oneLine = file.replaceAll(/\n\s*/g, "").replace("UTF-8", "utf-8");
    expect(parseActiveStations(oneLine)).toEqual(parseActiveStations(file));
  });

  test("may lack a name or an elevation", () => {
    expect(parseActiveStations(file).stations[1]).toMatchObject({ stationId: "22101", name: null, elevationM: null });
  });

  test("can have quotes and ampersands in names, and their blanks are collapsed", () => {
    const name = 'DELAWARE BAY 26 NM Southeast of Cape May & "The Bay", NJ';
    expect(parseActiveStations(file).stations[3]).toMatchObject({ stationId: "44009", name });
  });

  test("can have names in its declared encoding", () => {
    const xml = `<?xml version="1.0" encoding="utf-8"?>${listOf(good.replace("Delaware", "Île de Sein"))}`;
    const asTheClientReadsIt = Buffer.from(xml, "utf8").toString("latin1");
    expect(parseActiveStations(asTheClientReadsIt).stations[0]?.name).toBe("Île de Sein");
  });

  test("may have only one station", () => {
    expect(parseActiveStations(listOf(good)).stations).toHaveLength(1);
  });

  test.each([
    ["an invalid id", good.replace("44009", "a/b"), { stationId: "A/B", reason: '"A/B" is no station id' }],
    ["no id", good.replace("id=", "ix="), { stationId: "", reason: '"" is no station id' }],
    ["no latitude", good.replace("lat=", "at="), { reason: 'position "undefined -74.692" is not on Earth' }],
    ["a longitude in words", good.replace("-74.692", "west"), { reason: 'position "38.46 west" is not on Earth' }],
    ["a latitude beyond the pole", good.replace("38.46", "91"), { reason: 'position "91 -74.692" is not on Earth' }],
  ])("loses only a station with %s", (_, broken, rejection) => {
    const { stations, rejected } = parseActiveStations(listOf(broken, good.replace("44009", "41002")));
    expect(stations.map((station) => station.stationId)).toEqual(["41002"]);
    expect(rejected).toMatchObject([rejection]);
  });

  test("keeps the first of two stations with the same id", () => {
    const { stations, rejected } = parseActiveStations(listOf(good, good.replace("Delaware", "Maryland")));
    expect(stations).toMatchObject([{ name: "Delaware" }]);
    expect(rejected).toEqual([{ stationId: "44009", reason: "is listed twice" }]);
  });

  test("has texts of at most 200 characters that hide nothing and show no other text in another order", () => {
    const named = (name: string) => parseActiveStations(listOf(good.replace("Delaware", name))).stations[0]?.name;
    expect(named("Dela&#x202E;ware&#x9B; &#x2066;Bay&#xA;East")).toBe("Delaware Bay East");
    expect(named("x".repeat(300))).toBe("x".repeat(200));
    expect(named("&#x202E;")).toBeNull();
  });

  test.each([
    ["an empty body", "", "an empty body"],
    ["an HTML page", '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html></html>', "an HTML page"],
    ["a table", "#STN LAT LON\n", 'text that starts with "#STN LAT LON\\n"'],
    ["a list cut off", file.slice(0, 700), "a broken XML document"],
    ["another XML document", "<buoys/>", "an XML document about <buoys> instead of <stations>"],
    ["a list of no station", "<stations/>", "a list with no usable station among 0"],
    ["a list of too many stations", listOf(...Array<string>(5_001).fill(good)), "a list of more than 5000 stations"],
    ["a list with a DTD", `<!DOCTYPE stations [<!ENTITY x "y">]>${listOf(good)}`, "an XML document with a DTD"],
    ["a list in UTF-16", `<\0s\0`, "an XML document with a DTD or in UTF-16"],
    ["a list of too many tags", listOf("<a/>".repeat(20_001)), "an XML document of more than 20000 tags"],
    ["a list of broken stations", listOf("<station/>", "<station/>"), "a list with no usable station among 2"],
  ])("is not %s", (_, body, found) => {
    const error = thrownBy(() => parseActiveStations(body));
    expect(error).toBeInstanceOf(NotDataError);
    expect(String(error)).toContain(`not data, but ${found}`);
    expect(String(error)).not.toContain("\n");
  });
});
