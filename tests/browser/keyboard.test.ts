// The page used only with the keyboard.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { resizePage } from "../rig/layout-faults.ts";
import { moor, type OpenPlayer, press, reach, startOpenPlayer, tabTo } from "../rig/player.ts";

setDefaultTimeout(120_000);

const mode = `document.querySelector('#modes [aria-pressed="true"]').dataset.mode`;
const shown = (id: string) => `document.querySelector("#${id}").checkVisibility()`;
const sound = `document.body.dataset.sound`;

describe.skipIf(chromium === null)("with the keyboard alone", () => {
  let player: OpenPlayer;
  let page: Page;

  beforeAll(async () => {
    await builtPlayer();
    player = await startOpenPlayer();
    await moor(player.stack);
    for (let index = 0; index < 130; index++) {
      await player.stack
        .sql`insert into stations (station_id, name) values (${`Z${1000 + index}`}, ${`Silent ${index}`})`;
    }
    page = await player.open("/?hook=1");
    await page.until('bellbuoy.listening !== null && document.querySelectorAll("#stations li").length > 100');
  });
  afterAll(() => player.stop());

  const value = <T>(expression: string) => page.view.evaluate<T>(expression);
  const element = (id: string) => `document.getElementById("${id}")`;
  /** Resets the page: network mode, no card, no popover, no focus. */
  async function begin(): Promise<void> {
    await value(`(() => {
      for (const over of document.querySelectorAll("[popover]")) over.hidePopover();
      document.activeElement.blur();
      location.hash = "#network";
    })()`);
    await page.until(`${mode} === "network" && !${shown("card")}`);
  }

  test("the space bar starts and pauses the sound, and M mutes it", async () => {
    await press(page, " ");
    await page.until(`${sound} === "playing"`);
    await press(page, "m");
    await page.until(`${element("mute")}.textContent === "Unmute"`);
    // A slightly too long key press repeats.
    await value('document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "m", repeat: true, bubbles: true }))');
    expect(await value<string>(`${element("mute")}.textContent`)).toBe("Unmute");
    await press(page, "m");
    await page.until(`${element("mute")}.textContent === "Mute"`);
    await press(page, " ");
    await page.until(`${sound} === "paused"`);
    await tabTo(page, "#listen");
    await press(page, "Enter");
    await page.until(`${sound} === "playing"`);
  });

  test("Tab reaches every visible control, and the list as one stop", async () => {
    await begin();
    await value(`(() => {
      globalThis.stops = [];
      document.addEventListener("focusin", ({ target }) => stops.push(target));
    })()`);
    await tabTo(page, ".skip");
    await press(page, "Tab");
    await tabTo(page, ".skip");
    const missed = `[...document.querySelectorAll("button, input, select, a[href], summary, #map")]
      .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && !stops.includes(one))
      .map(({ outerHTML }) => outerHTML.slice(0, 80))`;
    expect(await value<string[]>(missed)).toEqual([]);
    expect(await value<number>('new Set(stops.filter((one) => one.closest("#stations"))).size')).toBe(1);
  });

  test("the focus is always visible", async () => {
    await begin();
    for (const id of ["listen", "map", "volume", "preset", "zoom-in"]) {
      await reach(page, `#${id}`);
      const widthPx = await value<number>("parseFloat(getComputedStyle(document.activeElement).outlineWidth)");
      expect({ id, isSeen: widthPx >= 2 }).toEqual({ id, isSeen: true });
    }
  });

  test("what has the focus is in sight, also on small screens, with a card and in a search", async () => {
    await begin();
    await value('location.hash = "#tune/46026"');
    await page.until(`${mode} === "tune" && ${shown("card")}`);
    const inSight = `(() => {
      const { activeElement: focused } = document;
      const { left, top, width, height } = focused.getBoundingClientRect();
      const hit = document.elementFromPoint(left + Math.min(8, width / 2), top + height / 2);
      return focused === document.body || focused.contains(hit);
    })()`;
    for (const [width, height] of [
      [320, 256],
      [390, 664],
      [844, 390],
    ] as const) {
      await resizePage(page, width, height);
      await tabTo(page, ".skip");
      for (let stops = 0; stops < 40; stops++) {
        // Rows get their height when they come into sight, so the browser may need another frame.
        await page.until(inSight);
        await press(page, "Tab");
      }
    }
    await resizePage(page, 1_000, 700);
  });

  test("the skip link leads to the sound and changes no programme", async () => {
    await begin();
    await value('location.hash = "#tune/46026/calm"');
    await page.until(`${mode} === "tune" && ${shown("card")}`);
    await tabTo(page, ".skip");
    await press(page, "Enter");
    await page.until('document.activeElement.id === "listen" && location.hash.startsWith("#tune/46026/calm")');
    expect(await value<string>(mode)).toBe("tune");
  });

  test("Tab, arrows and Enter set volume, sound and mode", async () => {
    await begin();
    await reach(page, "#volume");
    const volume = await value<number>(`Number(${element("volume")}.value)`);
    await press(page, "ArrowLeft");
    await page.until(`Number(${element("volume")}.value) < ${volume}`);
    await reach(page, "#preset");
    await press(page, "ArrowUp");
    await page.until(`location.hash.includes("calm")`);
    await press(page, "ArrowDown");
    await page.until(`!location.hash.includes("calm")`);
    await begin();
    await tabTo(page, '[data-mode="tune"]');
    await press(page, "Enter");
    await page.until(`${mode} === "tune"`);
    await tabTo(page, '[data-mode="network"]');
    await press(page, " ");
    await page.until(`${mode} === "network"`);
  });

  test("arrows select stations on the map, Enter tunes in, [ and ] compare, Escape leaves", async () => {
    await begin();
    const station = "/[A-Z0-9]{5}/.exec(location.hash)?.[0]";
    await press(page, "ArrowUp");
    await page.until(shown("card"));
    // A screen reader announces the selected station.
    await page.until(
      `/^Buoy \\d+: waves 6\\.6\\sft, wind 16\\skn, water 57\\s°F$/.test(${element("announcer")}.textContent)`,
    );
    const first = await value<string>(station);
    await press(page, "Enter");
    await page.until(`${mode} === "tune"`);
    for (const arrow of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]) {
      if ((await value<string>(station)) === first) await press(page, arrow);
    }
    await page.until(`${station} !== ${JSON.stringify(first)}`);
    const second = await value<string>(station);
    await press(page, "[");
    await page.until(`${station} !== ${JSON.stringify(second)}`);
    await press(page, "]");
    await page.until(`${station} === ${JSON.stringify(second)}`);
    await press(page, "Escape");
    await page.until(`${mode} === "network" && ${shown("card")}`);
    await press(page, "Escape");
    await page.until(`!${shown("card")}`);
  });

  test("two stations can also be compared by a button, as far as there are two", async () => {
    await begin();
    await value('location.hash = "#tune/44009"');
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 44009"');
    await press(page, "/");
    for (const letter of "46026") await press(page, letter);
    await page.until('document.querySelectorAll("#stations li").length === 1');
    await press(page, "ArrowDown");
    await press(page, "Enter");
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    const compare = "#card .card-actions button:nth-child(3)";
    expect(await value<string>(`document.querySelector("${compare}").getAttribute("aria-label")`)).toBe(
      "Compare with Buoy 44009",
    );
    for (const name of ["44009", "46026"]) {
      await tabTo(page, compare);
      await press(page, "Enter");
      await page.until(`document.querySelector("#card h2").textContent === "Buoy ${name}" && ${mode} === "tune"`);
    }
    await value('document.querySelector("#list input").value = ""');
    await value('document.querySelector("#list input").dispatchEvent(new Event("input"))');
  });

  test("the map pans with Shift and arrows, zooms with + and −, and shows the whole world with 0", async () => {
    await begin();
    await tabTo(page, "#map");
    await press(page, "ArrowRight");
    await page.until(shown("card"));
    const zoom = await value<number>("bellbuoy.map.view.zoom");
    await press(page, "+");
    await page.until(`bellbuoy.map.view.zoom > ${zoom} * 1.5`);
    await press(page, "+");
    await page.until(`bellbuoy.map.view.zoom > ${zoom} * 2`);
    const longitude = await value<number>("bellbuoy.map.view.longitude");
    await press(page, "ArrowRight", true);
    await page.until(`bellbuoy.map.view.longitude !== ${longitude}`);
    await press(page, "-");
    await page.until(`bellbuoy.map.view.zoom < ${zoom} * 1.9`);
    await press(page, "0");
    await page.until("bellbuoy.map.view.zoom === 1");
    for (const id of ["zoom-in", "zoom-out", "whole-world"]) {
      const before = await value<number>("bellbuoy.map.view.zoom");
      if (id === "whole-world") await press(page, "+");
      await tabTo(page, `#${id}`);
      await press(page, "Enter");
      await page.until(id === "whole-world" ? "bellbuoy.map.view.zoom === 1" : `bellbuoy.map.view.zoom !== ${before}`);
    }
  });

  test("R starts the past 24 hours, arrows scrub, and Back to now ends them", async () => {
    await begin();
    const position = `Number(${element("replay-position")}.value)`;
    await press(page, "r");
    await page.until(`${mode} === "24h" && ${element("replay-time")}.textContent.endsWith("UTC")`);
    for (let step = 0; step < 30; step++) await press(page, "ArrowRight");
    await page.until(`${position} >= 30`);
    await tabTo(page, "#replay-position");
    await press(page, "End");
    await page.until(`${position} === 143`);
    await press(page, "Home");
    await page.until(`${position} < 20`);
    expect(await value<string>(`${element("replay-position")}.getAttribute("aria-valuetext")`)).toEndWith("UTC");
    await tabTo(page, "#replay-live");
    await press(page, "Enter");
    await page.until(`${mode} === "network" && !${shown("replay-bar")} && document.activeElement.id === "listen"`);
    await press(page, "r");
    await page.until(`${mode} === "24h"`);
    await press(page, "n");
    await page.until(`${mode} === "network"`);
  });

  test("/ finds stations by name; arrows, Home and End move in the list, Enter opens the card", async () => {
    await begin();
    await press(page, "/");
    await page.until('document.activeElement.type === "search"');
    for (const letter of "46026") await press(page, letter);
    await page.until('document.querySelectorAll("#stations li").length === 1');
    await press(page, "ArrowDown");
    await press(page, "Enter");
    await page.until('document.querySelector("#card h2")?.textContent === "Buoy 46026"');
    await press(page, "ArrowUp");
    await page.until('document.activeElement.type === "search"');
    await press(page, "End");
    for (let letter = 0; letter < 5; letter++) await press(page, "Backspace");
    await page.until('document.querySelectorAll("#stations li").length > 100');
    await press(page, "ArrowDown");
    await press(page, "End");
    await page.until('document.activeElement.closest("li") === document.querySelector("#stations").lastElementChild');
    await press(page, "ArrowDown");
    await page.until('document.activeElement.id === "more-stations"');
    // The map is at rest at the station; from now on only keys change the URL.
    await page.until('location.hash.includes("@37.8")');
    const address = await value<string>("location.hash");
    await press(page, "ArrowDown");
    await press(page, "ArrowUp");
    await page.until('document.activeElement.closest("li") === document.querySelector("#stations").lastElementChild');
    expect(await value<string>("location.hash")).toBe(address);
    await press(page, "ArrowDown");
    await press(page, "Enter");
    await page.until(
      'document.querySelectorAll("#stations li").length === 134 && document.activeElement.closest("li")',
    );
    await press(page, "Home");
    await page.until('document.activeElement.closest("li") === document.querySelector("#stations").firstElementChild');
    await tabTo(page, ".list-tools select");
    await press(page, "ArrowDown");
    await page.until('document.querySelector(".list-tools select").value === "newest"');
    await press(page, "ArrowUp");
    await page.until('document.querySelectorAll("#stations li").length === 120');
  });

  test("a focused row of the list stays, even if new reports push it beyond the visible rows", async () => {
    await begin();
    const read = 'document.activeElement.closest("li")?.dataset.stationId';
    await press(page, "/");
    await press(page, "ArrowDown");
    await press(page, "End");
    const last = await page.until<string>(
      'document.activeElement.closest("li") === document.querySelector("#stations").lastElementChild && '.concat(read),
    );
    await player.publish("Z1129");
    await page.until('document.querySelector("#stations").firstElementChild.dataset.stationId === "Z1129"');
    expect(await value<string>(read)).toBe(last);
    await press(page, "ArrowUp");
    await page.until(`${read} !== undefined && ${read} !== "${last}"`);
    expect(await value<string>("location.hash")).not.toMatch(/[A-Z0-9]{5}/);
  });

  test("a station's card can be tuned in, replayed, read and closed", async () => {
    await begin();
    await press(page, "ArrowUp");
    await page.until('document.querySelector("#card h2")');
    await tabTo(page, "#card .card-actions button:first-child");
    await press(page, "Enter");
    await page.until(`${mode} === "tune"`);
    await tabTo(page, "#card .card-actions button:nth-child(2)");
    await press(page, "Enter");
    await page.until(`${mode} === "24h" && ${element("replay-time")}.textContent.endsWith("UTC")`);
    await tabTo(page, "#card a");
    await tabTo(page, '#card [aria-label="Close the card"]');
    await press(page, "Enter");
    await page.until(`!${shown("card")} && document.activeElement.id === "map"`);
  });

  test("L, X and ? open legend, mixer and the sheet of keys; the same key or Escape closes them", async () => {
    await begin();
    for (const [key, id] of [
      ["l", "legend"],
      ["x", "mixer"],
      ["?", "help"],
    ] as const) {
      await press(page, key);
      await page.until(`${shown(id)} && document.activeElement.id === "${id}"`);
      await press(page, key);
      await page.until(`!${shown(id)}`);
      await press(page, key);
      await page.until(shown(id));
      await press(page, "Escape");
      await page.until(`!${shown(id)}`);
    }
    for (const [opener, id] of [
      ["show-legend", "legend"],
      ["show-mixer", "mixer"],
      ["show-more", "more"],
      ["show-help", "help"],
    ] as const) {
      await begin();
      await reach(page, `#${opener}`);
      await press(page, "Enter");
      await page.until(shown(id));
      await press(page, "Escape");
      await page.until(`!${shown(id)} && document.activeElement !== document.body`);
    }
    // The sheet that has the button is still open.
    await page.until(`${shown("more")} && document.activeElement.id === "show-help"`);
  });

  test("arrows move each layer's slider, and the space bar switches its solo", async () => {
    await begin();
    await press(page, "x");
    await page.until(`${shown("mixer")} && document.querySelectorAll("#mixer .mixer-row").length === 6`);
    for (let row = 1; row <= 6; row++) {
      const ofRow = (rest: string) => `#mixer .mixer-row:nth-of-type(${row}) ${rest}`;
      await tabTo(page, ofRow("input"));
      await press(page, "ArrowLeft");
      await page.until("Number(document.activeElement.value) < 100");
      await tabTo(page, ofRow("button"));
      await press(page, " ");
      await page.until('document.activeElement.getAttribute("aria-pressed") === "true"');
      await press(page, " ");
      await page.until('document.activeElement.getAttribute("aria-pressed") === "false"');
    }
    await press(page, "Escape");
  });

  test("units, captions and the sleep timer can be set", async () => {
    await begin();
    await tabTo(page, "#show-more");
    await press(page, "Enter");
    for (const id of ["unit-waves", "unit-wind", "unit-temperature", "sleep"]) {
      await tabTo(page, `#${id}`);
      const before = await value<string>("document.activeElement.value");
      await press(page, "ArrowDown");
      if ((await value<string>("document.activeElement.value")) === before) await press(page, "ArrowUp");
      await page.until(`document.activeElement.value !== ${JSON.stringify(before)}`);
    }
    await page.until(`${element("sleep-left")}.textContent.startsWith("Silent in")`);
    for (const id of ["captions-on", "announcements-on"]) {
      await tabTo(page, `#${id}`);
      const before = await value<boolean>("document.activeElement.checked");
      await press(page, " ");
      await page.until(`document.activeElement.checked !== ${before}`);
    }
    await press(page, "Escape");
  });

  test("keys of a character are off and on by a switch, which the device remembers", async () => {
    await begin();
    const isOn = `${element("shortcuts-on")}.checked`;
    const flip = async () => {
      await reach(page, "#shortcuts-on");
      const before = await value<boolean>(isOn);
      await press(page, " ");
      await page.until(`${isOn} !== ${before} && JSON.parse(localStorage.bellbuoy).shortcuts === ${!before}`);
      await press(page, "Escape");
      await begin();
    };
    await flip();
    const soundBefore = await value<string>(sound);
    // As a speech program types them.
    for (const key of "hear the rain, x/n+l?0[m") await press(page, key);
    expect(
      await value(`[${sound}, ${mode}, ${element("mute")}.textContent, document.activeElement.localName]`),
    ).toEqual([soundBefore, "network", "Mute", "body"]);
    expect(await value<boolean>('document.querySelector(":popover-open") === null')).toBe(true);
    // Keys without a character act as before.
    await press(page, "ArrowUp");
    await page.until(shown("card"));
    await press(page, "Enter");
    await page.until(`${mode} === "tune"`);
    await press(page, "Escape");
    await press(page, "Escape");
    await page.until(`!${shown("card")}`);
    await flip();
    await press(page, "m");
    await page.until(`${element("mute")}.textContent === "Unmute"`);
    await press(page, "m");
  });

  test("the sound can be recorded and saved, the last hour rendered or cancelled, and MIDI requested", async () => {
    await begin();
    await page.view.cdp("Browser.setDownloadBehavior", { behavior: "deny" });
    await tabTo(page, "#show-more");
    await press(page, "Enter");
    await page.until(`!${element("record")}.disabled`);
    await tabTo(page, "#record");
    await press(page, "Enter");
    await page.until(`${element("record")}.textContent === "Stop and save"`);
    await value(`(() => {
      globalThis.readOut = [];
      new MutationObserver(() => readOut.push(${element("recording")}.textContent)).observe(
        ${element("recording")}, { childList: true, characterData: true, subtree: true });
    })()`);
    await page.until(`${element("recorded")}.textContent >= "0:02"`);
    expect(await value<string[]>("readOut")).toEqual([]);
    await press(page, "Enter");
    await page.until(`${element("recording")}.textContent.startsWith("Saved")`);
    await tabTo(page, "#save-hour");
    await press(page, "Enter");
    await page.until(`${shown("cancel-save")}`);
    await tabTo(page, "#cancel-save");
    await press(page, "Enter");
    await page.until(
      `document.activeElement.id === "save-hour" && /Cancelled|Saved/.test(${element("save-state")}.textContent) && !${shown("cancel-save")}`,
    );
    await tabTo(page, "#midi");
    await press(page, "Enter");
    await page.until(`${element("midi-state")}.textContent !== "" || ${shown("midi-choice")}`);
    await press(page, "Escape");
  });

  test("nothing above logs an error in the console", () => {
    expect(page.complaints).toEqual([]);
  });
});
