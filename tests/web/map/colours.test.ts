// Colours of water temperatures.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { coldestC, warmestC, waterColour } from "../../../web/map/colours.ts";

setDefaultTimeout(120_000);

const temperatures = Array.from({ length: warmestC - coldestC + 1 }, (_, i) => coldestC + i);

/**
 * Simulations of dichromacy on linear sRGB, severity 1.0: Machado, Oliveira and Fernandes, "A Physiologically-based Model
 * for Simulation of Color Vision Deficiency", IEEE TVCG 15 (6), 2009, https://doi.org/10.1109/TVCG.2009.113, table 1 of
 * https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html
 */
const visions = {
  "full colour vision": [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

describe.each([
  ["by day", false],
  ["by night", true],
] as const)("the colours of water %s", (_, dark) => {
  test.each(Object.entries(visions))("grow lighter with each degree, seen with %s", (_, vision) => {
    const lightness = temperatures.map((degree) => luminance(seen(linear(waterColour(degree, dark)), vision)));
    const darker = temperatures.slice(1).filter((_, i) => (lightness[i + 1] ?? 0) < (lightness[i] ?? 1));
    expect(darker).toEqual([]);
    for (let i = 6; i < lightness.length; i += 6) expect(lightness[i]).toBeGreaterThan(1.1 * (lightness[i - 6] ?? 1));
  });

  test("beyond the range are those of its ends", () => {
    expect(waterColour(-9, dark)).toBe(waterColour(coldestC, dark));
    expect(waterColour(50, dark)).toBe(waterColour(warmestC, dark));
    expect(waterColour(coldestC, dark)).not.toBe(waterColour(warmestC, dark));
  });
});

/** Converts a CSS colour to linear sRGB, 0..1. */
function linear(colour: string): number[] {
  const parts = (colour.match(/\d+/g) ?? []).map((part) => Number(part) / 255);
  return parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
}

function seen(rgb: number[], matrix: number[]): number[] {
  const rows = [0, 3, 6].map((start) => matrix.slice(start, start + 3));
  return rows.map((row) => clamp(row.reduce((sum, weight, i) => sum + weight * (rgb[i] ?? 0), 0)));
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}

function luminance([red = 0, green = 0, blue = 0]: number[]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
