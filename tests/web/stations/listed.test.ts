// Entries of the station list.

import { describe, expect, test } from "bun:test";
import { createNetwork } from "../../../web/state/network.ts";
import { describeListed, listedStations, type Order, orders } from "../../../web/stations/listed.ts";
import { preferredUnits } from "../../../web/words/units.ts";

const noon = Date.parse("2026-11-23T12:00:00.000Z");
const network = createNetwork();
const station = { latitude: 0, longitude: 0, elevationM: null, program: null, type: null };
network.setStations([
  { stationId: "44009", name: "Delaware Bay", owner: "NDBC", ...station },
  { stationId: "46026", name: "San Francisco", owner: "Scripps", ...station },
  { stationId: "51001", name: null, owner: null, ...station },
]);
network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waveHeightM: 1, windSpeedMps: 9 });
network.apply({ stationId: "46026", timestamp: "2026-11-23T11:50:00.000Z", waveHeightM: 3 });
const all = [...listedStations(network)];

describe("The list", () => {
  test("contains stations with and without reports", () => {
    expect(all.map(({ stationId, conditions }) => [stationId, conditions !== undefined])).toEqual([
      ["44009", true],
      ["46026", true],
      ["51001", false],
    ]);
  });

  test.each<[Order, string[]]>([
    ["most", ["44009", "46026", "51001"]],
    ["newest", ["46026", "44009", "51001"]],
    ["waves", ["46026", "44009", "51001"]],
    ["wind", ["44009", "46026", "51001"]],
    ["name", ["44009", "46026", "51001"]],
  ])("is ordered by %s", (order, expected) => {
    const sorted = all.toSorted(orders[order].compare(noon));
    expect(sorted.map(({ stationId }) => stationId)).toEqual(expected);
  });

  test("describes a station in a few words, and says when it has no recent values", () => {
    const units = preferredUnits("en-GB");
    const words = all.map((one) => describeListed(one, units, noon).replaceAll("\u00a0", " "));
    expect(words[0]).toBe("Delaware Bay: waves 1.0 m, wind 9.0 m/s");
    expect(words[2]).toBe("51001: no recent waves, wind or water");
  });
});
