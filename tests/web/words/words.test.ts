// Descriptions of the sound.

import { describe, expect, test } from "bun:test";
import { emptySea } from "../../../web/sea/conditions.ts";
import { createTuneScore } from "../../../web/sound/score/tune-score.ts";
import { preferredUnits } from "../../../web/words/units.ts";
import { describeIntroduced, describeSea, describeSound, describeStation } from "../../../web/words/words.ts";

const units = preferredUnits("de-DE");
const plain = (text: string | null) => text?.replaceAll("\u00a0", " ");

describe("Descriptions of the sound", () => {
  test("name each layer with its value", () => {
    const sea = {
      ...emptySea(),
      waveHeightM: 2.1,
      dominantPeriodS: 9,
      windSpeedMps: 8,
      windDirDeg: 290,
      waterTempC: 13,
      pressureHpa: 1016,
    };
    expect(plain(describeSea(sea, units, { water: true }))).toBe(
      "A slow throb, a full swell every 9 s: 2.1 m, a steady wind from the west, on the left: 8.0 m/s, a middling glass: 13.0 °C.",
    );
  });

  test("name missing values, instead of describing a calm", () => {
    const said = describeSea(emptySea(), units, { water: true });
    for (const missing of ["pressure is not measured", "waves are not measured", "water temperature is not measured"]) {
      expect(said).toContain(missing);
    }
    expect(describeStation(undefined, units, Date.now())).toBe(said);
  });

  test("of a bell name its station with waves and water; those of a knock name the missing value", () => {
    const conditions = { stationId: "46026", fields: { waveHeightM: { value: 2, atMs: 0 } } };
    const knock = { t: 0, type: "knock", gainDb: -20, pan: 0, stationId: "46026" } as const;
    expect(plain(describeSound(knock, undefined, conditions, units, 0))).toBe(
      "46026, 2.0 m (a knock: no water temperature)",
    );
  });

  test("of a value at least three hours old say that it is too old to sound, with its age", () => {
    const now = 3 * 3_600_000;
    const conditions = (atMs: number) => ({ stationId: "46026", fields: { waveHeightM: { value: 2, atMs } } });
    expect(describeStation(conditions(0), units, now)).toContain("waves are too old to sound: 3 h");
    expect(plain(describeStation(conditions(1), units, now))).toContain("2.0 m");
  });

  test("of a bell or a knock omit values from three hours ago", () => {
    const conditions = { stationId: "46026", fields: { waveHeightM: { value: 2, atMs: 0 } } };
    const knock = { t: 0, type: "knock", gainDb: -20, pan: 0, stationId: "46026" } as const;
    const wordsFor = (nowMs: number) => plain(describeSound(knock, undefined, conditions, units, nowMs));
    expect(wordsFor(3 * 3_600_000 - 1)).toBe("46026, 2.0 m (a knock: no water temperature)");
    expect(wordsFor(3 * 3_600_000)).toBe("46026 (a knock: no water temperature)");
  });

  test.each([
    [45, "from the north-east, on the right: "],
    [90, "from the east, on the right: "],
    [180, "from the south: "],
    [225, "from the south-west, on the left: "],
    [270, "from the west, on the left: "],
    [0, "from the north: "],
    [359.9, "from the north: "],
    [null, "a breath of wind: "],
  ])("name the side of a wind from %p°", (windDirDeg, side) => {
    const said = describeSea({ ...emptySea(), windSpeedMps: 1, windDirDeg }, units, { water: false });
    expect(said).toContain(side);
    expect(said).not.toContain("glass");
  });

  test("of an introduction contain value and trend, or say that there is none", () => {
    const history = [1012, 1010].map((pressureHpa, hour) => ({
      timestamp: new Date(hour * 3_600_000).toISOString(),
      pressureHpa,
    }));
    const conditions = { stationId: "46026", fields: { pressureHpa: { value: 1010, atMs: 3_600_000 } } };
    const wordsFor = (known: typeof conditions | undefined, past: typeof history) =>
      plain(describeIntroduced("pressureHpa", known, past, units, 3_600_000));
    expect(wordsFor(conditions, history)).toBe("The drone throbs with the pressure: 1010.0 hPa, falling");
    expect(wordsFor(conditions, [])).toBe("The drone throbs with the pressure: 1010.0 hPa");
    expect(wordsFor(undefined, history)).toBe("The drone throbs with the pressure: not measured here");
  });

  test("of an introduction do not present a silent, three-hour-old value as current", () => {
    const conditions = { stationId: "46026", fields: { windSpeedMps: { value: 8, atMs: 0 } } };
    const wordsFor = (nowMs: number) => plain(describeIntroduced("windSpeedMps", conditions, [], units, nowMs));
    expect(wordsFor(3 * 3_600_000 - 1)).toBe("The rushing is the wind speed: 8.0 m/s");
    expect(wordsFor(3 * 3_600_000)).toBe("The rushing is the wind speed: too old to sound (3 h)");
  });

  test("of an introduction name a calm instead of its direction", () => {
    const wordsFor = (speed: number) => {
      const fields = { windDirDeg: { value: 0, atMs: 0 }, windSpeedMps: { value: speed, atMs: 0 } };
      return plain(describeIntroduced("windDirDeg", { stationId: "46026", fields }, [], units, 0));
    };
    expect(wordsFor(0)).toBe("It comes from the wind's direction: calm");
    expect(wordsFor(1)).toBe("It comes from the wind's direction: 0° N");
  });

  test("of a tuned-in station's knock name the missing value", () => {
    const score = createTuneScore({ stationId: "46026", seed: 1, preset: "calm", introduction: true });
    score.setSea({ ...emptySea(), pressureHpa: 1010, windSpeedMps: 8, waveHeightM: 2, dominantPeriodS: 8 }, 0);
    const knocks = score.until(24).filter(({ type }) => type === "knock");
    expect(knocks.map((knock) => describeSound(knock, undefined, undefined, units, 0))).toEqual([
      "46026: a knock, no water temperature",
      "46026: a knock, no gusts",
      "46026: a knock, no wind direction",
    ]);
  });

  test("omit sounds without a report", () => {
    const bell = { t: 0, type: "bell", hz: 440, hardness: 0.5, gainDb: -20, pan: 0 } as const;
    expect(describeSound(bell, undefined, undefined, units, 0)).toBeNull();
    expect(describeSound({ t: 0, type: "introduce", field: "gustMps" }, undefined, undefined, units, 0)).toBeNull();
    expect(describeSound({ ...bell, stationId: "46026" }, undefined, undefined, units, 0)).toBe("46026");
  });

  test("of a bowed bell omit waves that only an older report had", () => {
    const fields = { waveHeightM: { value: 2, atMs: 0 }, waterTempC: { value: 13, atMs: 0 } };
    const bowed = { t: 0, type: "bowed", hz: 440, gainDb: -20, pan: 0, stationId: "46026" } as const;
    expect(plain(describeSound(bowed, undefined, { stationId: "46026", fields }, units, 0))).toBe(
      "46026, 13.0 °C (bowed: no waves measured)",
    );
  });
});
