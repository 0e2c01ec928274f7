// The printed page, in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { isLive, moor, type OpenPlayer, startOpenPlayer } from "../rig/player.ts";
import { shortWaveforms } from "../rig/short-waveforms.ts";

setDefaultTimeout(120_000);

/** Sizes of paper in inches. */
const papers = { A4: [8.27, 11.69], Letter: [8.5, 11] } as const;

describe.skipIf(chromium === null)("the page prints on one sheet of paper", () => {
  let player: OpenPlayer;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
  });
  afterAll(() => player.stop());

  async function open(path: string): Promise<Page> {
    const page = await openPage(player.server.url + path, { script: shortWaveforms });
    await page.until(`${isLive} && document.adoptedStyleSheets.length === 1`);
    await page.until('document.querySelectorAll("#stations li").length === 4');
    return page;
  }

  /** Returns the text on paper. */
  async function printed(page: Page): Promise<string> {
    await page.view.cdp("Emulation.setEmulatedMedia", { media: "print" });
    return page.view.evaluate<string>('(dispatchEvent(new Event("beforeprint")), document.body.innerText)');
  }

  async function countSheets(page: Page, [paperWidth, paperHeight]: readonly [number, number]): Promise<number> {
    await page.view.cdp("Emulation.setEmulatedMedia", { media: "" });
    const { data } = await page.view.cdp<{ data: string }>("Page.printToPDF", { paperWidth, paperHeight });
    return atob(data).match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  }

  test("a station: its name, its values and their past day, the time and the address", async () => {
    const page = await open("/#tune/46026");
    await page.until('document.querySelectorAll("#card .sparkline").length > 3');
    const text = await printed(page);
    for (const part of ["Buoy 46026", "6.6\u00a0ft", "16\u00a0kn", "57\u00a0°F", `${player.server.url}/#tune/46026`])
      expect(text.replaceAll(" ", "\u00a0")).toContain(part.replaceAll(" ", "\u00a0"));
    expect(text).toMatch(/Printed at \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(text).not.toContain("Listen");
    expect(await page.view.evaluate<boolean>('document.querySelector("#card .sparkline svg").checkVisibility()')).toBe(
      true,
    );
    for (const paper of Object.values(papers)) expect(await countSheets(page, paper)).toBe(1);
    expect(page.complaints).toEqual([]);
    page.close();
  });

  test("without a chosen station, the list with its values", async () => {
    const page = await open("/");
    const text = await printed(page);
    for (const part of ["Buoy 46026", "Buoy 51001", "waves", "Not for navigation", player.server.url])
      expect(text).toContain(part);
    for (const paper of Object.values(papers)) expect(await countSheets(page, paper)).toBe(1);
    page.close();
  });
});
