// The user's settings.

import { describe, expect, test } from "bun:test";
import { firstSettings, readSettings, storeSettings } from "../../../web/state/settings.ts";

function storageOf(text: string | null) {
  return { getItem: () => text };
}

describe("A setting", () => {
  test("is stored", () => {
    const stored: string[] = [];
    const settings = firstSettings("de-DE");
    settings.volume = 0.25;
    settings.muted = true;
    settings.shortcuts = false;
    settings.levels.wind = 0.5;
    settings.units.wind = "kn";
    storeSettings({ setItem: (_, text) => stored.push(text) }, settings);
    expect(readSettings(storageOf(stored[0] ?? null), "de-DE")).toEqual(settings);
  });

  test.each([
    null,
    "",
    "{",
    "null",
    "7",
    '{"volume":"loud","levels":{"wind":9},"units":{"wind":"mph"},"muted":1,"shortcuts":0}',
  ])("has its default if the browser stored %s", (text) => {
    expect(readSettings(storageOf(text), "de-DE")).toEqual(firstSettings("de-DE"));
  });

  test("is kept if other stored settings are invalid", () => {
    const text =
      '{"volume":-1,"captions":false,"levels":{"wind":0,"waves":null},"units":{"wind":"kn","waves":"yd"},"new":1}';
    const first = firstSettings("de-DE");
    expect(readSettings(storageOf(text), "de-DE")).toEqual({
      ...first,
      captions: false,
      levels: { ...first.levels, wind: 0 },
      units: { ...first.units, wind: "kn" },
    });
  });

  test("has its default if the browser forbids reading", () => {
    const forbidden = {
      getItem() {
        throw new DOMException("forbidden", "SecurityError");
      },
    };
    expect(readSettings(forbidden, "en-US")).toEqual(firstSettings("en-US"));
  });

  test("lasts for the visit if the browser stores nothing", () => {
    const full = {
      setItem() {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    expect(() => storeSettings(full, firstSettings("en-US"))).not.toThrow();
  });
});
