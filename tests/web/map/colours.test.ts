// Colours of water temperatures.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { coldestC, warmestC, waterColour } from "../../../web/map/colours.ts";

setDefaultTimeout(120_000);

const temperatures = Array.from({ length: warmestC - coldestC + 1 }, (_, i) => coldestC + i);

describe.each([
  ["by day", false],
  ["by night", true],
] as const)("the colours of water %s", (_, dark) => {
  test("grow lighter every few degrees, so that the order shows without hue", () => {
    const lightness = temperatures.map((degree) => luminance(linear(waterColour(degree, dark))));
    for (let i = 6; i < lightness.length; i += 6) expect(lightness[i]).toBeGreaterThan(lightness[i - 6] ?? 1);
  });

  test("are distinguishable for people who do not see red or green", () => {
    for (const simulate of [withoutRed, withoutGreen]) {
      const seen = temperatures.map((degree) => simulate(linear(waterColour(degree, dark))));
      for (let i = 12; i < seen.length; i++) {
        expect(distance(seen[i] ?? [], seen[i - 12] ?? [])).toBeGreaterThan(0.06);
      }
    }
  });

  test("beyond the range are those of its ends", () => {
    expect(waterColour(-9, dark)).toBe(waterColour(coldestC, dark));
    expect(waterColour(50, dark)).toBe(waterColour(warmestC, dark));
    expect(waterColour(coldestC, dark)).not.toBe(waterColour(warmestC, dark));
  });
});

/** Converts a CSS colour to linear sRGB, 0..1. */
function linear(colour: string): number[] {
  return (colour.match(/\d+/g) ?? []).map((part) => (Number(part) / 255) ** 2.2);
}

function luminance([red = 0, green = 0, blue = 0]: number[]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Simulates protanopia: Viénot, Brettel and Mollon (1999), on linear sRGB. */
function withoutRed([red = 0, green = 0, blue = 0]: number[]): number[] {
  const yellow = 0.11238 * red + 0.88762 * green;
  return [yellow, yellow, 0.004 * red - 0.004 * green + blue];
}

function withoutGreen([red = 0, green = 0, blue = 0]: number[]): number[] {
  const yellow = 0.29275 * red + 0.70725 * green;
  return [yellow, yellow, -0.02234 * red + 0.02234 * green + blue];
}

function distance(a: number[], b: number[]): number {
  return Math.hypot(...a.map((part, i) => part - (b[i] ?? 0)));
}
