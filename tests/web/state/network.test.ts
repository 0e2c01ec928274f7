// The page's data about the network.

import { describe, expect, test } from "bun:test";
import { newestOf } from "../../../web/sea/conditions.ts";
import { createNetwork } from "../../../web/state/network.ts";

const noon = Date.parse("2026-11-23T12:00:00Z");
const minute = 60_000;

function stationWith(field: string, value: number, ageMin = 0) {
  return { stationId: "44009", fields: { [field]: { value, atMs: noon - ageMin * minute } } };
}

describe("A station's latest value", () => {
  test("stays if a newer report lacks it, and is replaced if one has it", () => {
    const network = createNetwork();
    network.apply({ stationId: "44009", timestamp: "2026-11-23T11:00:00.000Z", waveHeightM: 2, waterTempC: 12 });
    const known = network.apply({
      stationId: "44009",
      timestamp: "2026-11-23T11:30:00.000Z",
      waveHeightM: null,
      waterTempC: 13,
    });
    expect(known.fields.waveHeightM?.value).toBe(2);
    expect(known.fields.waterTempC?.value).toBe(13);
    expect(newestOf(known)).toBe(noon - 30 * minute);
  });

  test("is not replaced by an older report that arrives late", () => {
    const network = createNetwork();
    network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waterTempC: 13 });
    const known = network.apply({ stationId: "44009", timestamp: "2026-11-23T11:00:00.000Z", waterTempC: 10 });
    expect(known.fields.waterTempC?.value).toBe(13);
    expect(network.newestAtMs).toBe(noon - 30 * minute);
  });

  test("is replaced by a correction of the same minute", () => {
    const network = createNetwork();
    network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waterTempC: 31 });
    const known = network.apply({ stationId: "44009", timestamp: "2026-11-23T11:30:00.000Z", waterTempC: 13 });
    expect(known.fields.waterTempC).toEqual({ value: 13, atMs: noon - 30 * minute });
  });

  test("is filled in from an older report if the newer one lacked it", () => {
    const network = createNetwork();
    network.setConditions([stationWith("waterTempC", 13, 30)]);
    const known = network.apply({ stationId: "44009", timestamp: "2026-11-23T11:00:00.000Z", waveHeightM: 0 });
    expect(known.fields.waveHeightM).toEqual({ value: 0, atMs: noon - 60 * minute });
    expect(known.fields.waterTempC?.value).toBe(13);
  });

  test("is dropped when everything is loaded again", () => {
    const network = createNetwork();
    network.setConditions([stationWith("waterTempC", 13, 30), { stationId: "46026", fields: {} }]);
    expect(network.newestAtMs).toBe(noon - 30 * minute);
    network.setConditions([]);
    expect(network.newestAtMs).toBeNull();
    expect(network.conditions.size).toBe(0);
  });
});
