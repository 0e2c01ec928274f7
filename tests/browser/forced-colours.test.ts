// The page in forced colours, as Windows' contrast themes and Firefox have them, in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { isLive, moor, type OpenPlayer, press, startOpenPlayer } from "../rig/player.ts";
import { shortWaveforms } from "../rig/short-waveforms.ts";

setDefaultTimeout(120_000);

/** Red, green and blue, 0..255. */
type Colour = number[];

/** Defines functions of the test in the page. */
const eyes = `
  globalThis.partsOf = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((part) => Number(part) * (colour.startsWith("color(") ? 255 : 1));
  /** The map's pixels on a level line through its middle. */
  globalThis.levelLine = (from, to) => {
    const map = document.getElementById("map").getBoundingClientRect();
    const chart = document.querySelectorAll("#map canvas")[1];
    const { left, top, width } = chart.getBoundingClientRect();
    const ratio = chart.width / width;
    const [x, y] = [map.left + map.width / 2 - left, map.top + map.height / 2 - top];
    const copy = new OffscreenCanvas(chart.width, chart.height).getContext("2d");
    copy.drawImage(chart, 0, 0);
    const { data } = copy.getImageData((x + from) * ratio, y * ratio, Math.ceil((to - from) * ratio), 1);
    return Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 3)]);
  };
  globalThis.systemColour = (name) => {
    const probe = document.getElementById("map").appendChild(document.createElement("i"));
    probe.style.color = name;
    const colour = partsOf(getComputedStyle(probe).color);
    // Chromium's Highlight lets a fifth of the background through.
    const alpha = Number(getComputedStyle(probe).color.match(/[\\d.]+/g)[3] ?? 1);
    probe.remove();
    const behind = name === "Canvas" ? colour : systemColour("Canvas");
    return colour.map((part, i) => Math.round(alpha * part + (1 - alpha) * behind[i]));
  };`;

describe.skipIf(chromium === null)("in forced colours", () => {
  let player: OpenPlayer;
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
    // The map's middle is station 46026, off San Francisco.
    page = await openPage(`${player.server.url}/?hook=1#tune/46026/@37.8,-122.8,14z`, { script: shortWaveforms });
    await page.until(`${isLive} && bellbuoy.listening !== null && document.querySelector("#instrument .front[d]")`);
    await page.view.evaluate(`(() => {${eyes}})()`);
  });
  afterAll(async () => {
    page?.close();
    await player?.stop();
  });

  const evaluate = <T>(expression: string) => page.view.evaluate<T>(expression);
  const setColours = async (forced: "active" | "none", scheme: "dark" | "light") => {
    const preferences = { "forced-colors": forced, "prefers-color-scheme": scheme };
    const features = Object.entries(preferences).map(([name, value]) => ({ name, value }));
    await page.view.cdp("Emulation.setEmulatedMedia", { features });
    const wanted = `bellbuoy.map.theme.forced === ${forced === "active"} && bellbuoy.map.theme.dark === ${scheme === "dark"}`;
    await page.until(wanted);
    // The map draws in one of the next frames. Without forced colours, the night may darken the sea.
    const isDrawn = 'String(levelLine(-120, -119)[0]) === String(systemColour("Canvas"))';
    await page.until(forced === "active" ? isDrawn : `!(${isDrawn})`);
  };

  describe.each(["dark", "light"] as const)("on a %s background,", (scheme) => {
    beforeAll(async () => {
      // The colours change while the page is open.
      await setColours("none", scheme);
      await setColours("active", scheme);
    });

    test("the map's sea, land, station and chosen station differ by lightness", async () => {
      const [sea, land, highlight] = [
        (await evaluate<Colour[]>("levelLine(-120, -119)"))[0] ?? [0, 0, 0],
        (await evaluate<Colour[]>("levelLine(140, 141)"))[0] ?? [0, 0, 0],
        await evaluate<Colour>('systemColour("Highlight")'),
      ];
      expect(sea).toEqual(await evaluate<Colour>('systemColour("Canvas")'));
      expect(contrast(sea, land)).toBeGreaterThanOrEqual(3);
      const mark = await evaluate<Colour[]>("levelLine(-8, 8)");
      expect(Math.max(...mark.map((colour) => contrast(colour, sea)))).toBeGreaterThanOrEqual(7);
      expect(Math.max(...mark.map((colour) => contrast(colour, land)))).toBeGreaterThanOrEqual(3);
      const around = (from: number, to: number) => evaluate<Colour[]>(`levelLine(${from}, ${to})`);
      expect(await around(-40, 0)).toContainEqual(highlight);
      expect(await around(0, 40)).toContainEqual(highlight);
      expect(contrast(sea, highlight)).toBeGreaterThanOrEqual(3);
    });

    test("the drawing's sky, water and buoy differ", async () => {
      const style = (selector: string, property: string) =>
        evaluate<Colour>(`partsOf(getComputedStyle(document.querySelector("#instrument ${selector}")).${property})`);
      const sky = await evaluate<Colour>(
        'partsOf(getComputedStyle(document.getElementById("instrument")).backgroundColor)',
      );
      expect(contrast(sky, await style(".front", "stroke"))).toBeGreaterThanOrEqual(7);
      expect(contrast(sky, await style(".frame", "stroke"))).toBeGreaterThanOrEqual(7);
      expect(contrast(sky, await style(".tower", "backgroundColor"))).toBeGreaterThanOrEqual(7);
      expect(contrast(sky, await style(".bell", "fill"))).toBeGreaterThanOrEqual(3);
    });

    test("each control that Tab reaches shows the focus, and looks different without it", async () => {
      await evaluate("document.activeElement.blur()");
      const outline =
        "(({ outlineStyle, outlineWidth, outlineColor }) => [outlineStyle, outlineWidth, outlineColor].join(' '))";
      const seen = new Map<string, string>();
      for (let tabs = 0; tabs < 60; tabs++) {
        await press(page, "Tab");
        const control = await evaluate<{
          name: string;
          with: string;
          without: string;
          colour: Colour;
          around: Colour;
        } | null>(`(() => {
          const control = document.activeElement;
          if (control === document.body) return null;
          const look = () => ${outline}(getComputedStyle(control));
          const shown = { name: control.outerHTML.slice(0, 120), with: look(), colour: partsOf(getComputedStyle(control).outlineColor), around: systemColour("Canvas") };
          control.blur();
          const without = look();
          control.focus({ focusVisible: true });
          return { ...shown, without };
        })()`);
        if (control === null || seen.has(control.name)) break;
        seen.set(control.name, control.with);
        expect(control.with, control.name).toMatch(/^(solid|auto) 3px/);
        expect(control.with, control.name).not.toBe(control.without);
        expect(contrast(control.colour, control.around), control.name).toBeGreaterThanOrEqual(3);
      }
      expect(seen.size).toBeGreaterThan(15);
    });

    test("a pressed button differs from one that is not", async () => {
      const look = (pressed: boolean) =>
        evaluate<string>(
          `getComputedStyle(document.querySelector('#modes [aria-pressed="${pressed}"]')).backgroundColor`,
        );
      expect(await look(true)).not.toBe(await look(false));
    });
  });

  test("with reduced transparency, the panels over the map are opaque", async () => {
    const panel = 'getComputedStyle(document.getElementById("now")).backgroundColor';
    await setColours("none", "dark");
    expect(await evaluate<string>(panel)).toMatch(/^rgba/);
    const features = [{ name: "prefers-reduced-transparency", value: "reduce" }];
    await page.view.cdp("Emulation.setEmulatedMedia", { features });
    expect(await evaluate<string>(panel)).toMatch(/^rgb\(/);
  });

  test("and without them again, the map has its own colours", async () => {
    await setColours("none", "dark");
    const [sea] = await evaluate<Colour[]>("levelLine(-120, -119)");
    expect(sea).not.toEqual(await evaluate<Colour>('systemColour("Canvas")'));
    expect(page.complaints).toEqual([]);
  });
});

/** Returns the contrast of two colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
