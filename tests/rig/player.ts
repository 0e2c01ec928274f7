import { redisNames } from "../../shared/channels.ts";
import { openPage, type Page } from "./browser.ts";
import { shortWaveforms } from "./short-waveforms.ts";
import { type Service, type Stack, startStack } from "./stack.ts";
import type { Wire } from "./wire.ts";
import { startWire } from "./wire.ts";

/** Where the made-up stations lie, from the Gulf of Alaska to the Caribbean. */
export const moorings: Record<string, [latitude: number, longitude: number]> = {
  "46026": [37.8, -122.8],
  "44009": [38.5, -74.7],
  "51001": [24.5, -162],
  "46001": [56.2, -148],
};

/** A server with its stack, and pages of its player that are open. */
export type OpenPlayer = {
  stack: Stack;
  /** The server's way to PostgreSQL. */
  wire: Wire;
  readonly server: Service;
  /**
   * Opens the player and waits for the connection, or for what `state` says.
   * @param path like `/?hook=1#tune/46026`
   * @param script runs before the page's own; by default one that spares the page its waveforms
   */
  open(path: string, state?: string, script?: string): Promise<Page>;
  /** Opens the player with all that a click needs fetched. @param script runs before the page's own, besides the default one */
  openReady(path?: string, script?: string): Promise<Page>;
  /** Publishes a {@link report} of just now. */
  publish(stationId: string): Promise<unknown>;
  /** Closes the pages: a browser has six connections to a server, and each page holds one. */
  closePages(): void;
  /** Opens the player, lets it keep what it keeps, and opens its past day once the server is gone. */
  openWithoutNetwork(): Promise<Page>;
  /** The server is killed. */
  killServer(): Promise<void>;
  /** The server comes back where it was. */
  restartServer(): Promise<void>;
  stop(): Promise<void>;
};

/** Of a page that is connected. */
export const isLive = 'document.body.dataset.state === "live"';

/** What an element of the page says. */
export function textOf(id: string): string {
  return `document.getElementById("${id}").textContent`;
}

/** What the page lists of a station. */
export function rowOf(stationId: string): string {
  return `document.querySelector('#stations [data-station-id="${stationId}"]')`;
}

/** A bell that the page will ring or has rung; times are of its `performance.now()`. */
export type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

/** What a page that was opened with `?hook=1` tells of its bells. */
export function scheduledBells(page: Page): Promise<ScheduledBell[]> {
  return page.view.evaluate("bellbuoy.scheduled");
}

/** Starts a server whose player has been built, with nothing stored. */
export async function startOpenPlayer(): Promise<OpenPlayer> {
  const stack = await startStack();
  const wire = await startWire(stack.databaseUrl);
  let server = await stack.start("server", { DATABASE_URL: wire.url });
  const { port } = new URL(server.url);
  const pages: Page[] = [];

  async function open(path: string, state = "live", script = shortWaveforms): Promise<Page> {
    const page = await openPage(server.url + path, { pixelRatio: 0.5, script });
    pages.push(page);
    await page.until(`document.body?.dataset.state === "${state}"`);
    return page;
  }

  async function killServer(): Promise<void> {
    await server.stop("SIGKILL");
  }

  return {
    stack,
    wire,
    get server() {
      return server;
    },
    open,
    async openReady(path = "/?hook=1", script = "") {
      const page = await open(path, "live", `${shortWaveforms};${script}`);
      await page.until("bellbuoy.listening !== null");
      return page;
    },
    publish: (stationId) => stack.redis.publish(redisNames("").observationsNew, report(stationId)),
    closePages() {
      for (const page of pages.splice(0)) page.close();
    },
    async openWithoutNetwork() {
      const page = await open("/");
      const kept = `caches.open("bellbuoy-answers").then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))`;
      for (const path of ["/v1/conditions", "/v1/stations", "/v1/medians"]) {
        await page.until(`${kept}.then((paths) => paths.includes("${path}"))`);
      }
      await killServer();
      await page.view.navigate("about:blank");
      await page.view.navigate(`${server.url}/#24h`);
      await page.until('document.body?.dataset.state === "offline"');
      return page;
    },
    killServer,
    async restartServer() {
      server = await stack.start("server", { DATABASE_URL: wire.url, PORT: port });
    },
    async stop() {
      for (const page of pages) page.close();
      await stack.stop();
      await wire.stop();
    },
  };
}

/** Stores the stations of {@link moorings}, each with a report of half an hour ago and one of three hours before. */
export async function moor({ sql }: Stack): Promise<void> {
  for (const [stationId, [latitude, longitude]] of Object.entries(moorings)) {
    await sql`
      insert into stations (station_id, name, owner, latitude, longitude)
      values (${stationId}, ${`Buoy ${stationId}`}, 'NDBC', ${latitude}, ${longitude})
    `;
    await sql`
      insert into observations (station_id, observed_at, wave_height_m, wind_speed_mps, wind_dir_deg, water_temp_c, pressure_hpa)
      select ${stationId}, date_trunc('second', now() - ago), 2, 8, 250, 14, 1012
      from unnest(array[interval '30 minutes', interval '210 minutes']) ago
    `;
  }
}

/** A report of just now or of some minutes ago, as any program may publish it. */
export function report(stationId: string, minutesAgo = 0): string {
  const timestamp = new Date(Math.floor(Date.now() / 1000) * 1000 - minutesAgo * 60_000).toISOString();
  return `{"stationId":"${stationId}","timestamp":"${timestamp}","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}`;
}

/** Gives a field a value, as a person does who moves, types or chooses. @param selector of a slider, a search or a select */
export async function enter(page: Page, selector: string, value: string): Promise<void> {
  await page.view.evaluate(`(() => {
    const field = document.querySelector(${JSON.stringify(selector)});
    field.value = ${JSON.stringify(value)};
    field.dispatchEvent(new Event("input"));
    field.dispatchEvent(new Event("change"));
  })()`);
}

/** Begins to listen by a click. */
export async function listen(page: Page): Promise<void> {
  await page.view.click("#listen");
  await page.until('document.body.dataset.sound === "playing"');
}

/** What Chromium needs to know of a key besides its name, to do what it does for a person. */
const keyCodes: Record<string, { windowsVirtualKeyCode: number; text?: string; code?: string }> = {
  Backspace: { windowsVirtualKeyCode: 8 },
  Tab: { windowsVirtualKeyCode: 9 },
  Enter: { windowsVirtualKeyCode: 13, text: "\r" },
  Escape: { windowsVirtualKeyCode: 27 },
  " ": { windowsVirtualKeyCode: 32, text: " ", code: "Space" },
  End: { windowsVirtualKeyCode: 35 },
  Home: { windowsVirtualKeyCode: 36 },
  ArrowLeft: { windowsVirtualKeyCode: 37 },
  ArrowUp: { windowsVirtualKeyCode: 38 },
  ArrowRight: { windowsVirtualKeyCode: 39 },
  ArrowDown: { windowsVirtualKeyCode: 40 },
};

/** Presses a key and lets it go, as a keyboard does. @param shifted with Shift held */
export async function press(page: Page, key: string, shifted = false): Promise<void> {
  const known = keyCodes[key] ?? { windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0), text: key };
  const event = { key, code: known.code ?? key, modifiers: shifted ? 8 : 0, ...known };
  await page.view.cdp("Input.dispatchKeyEvent", { type: "keyDown", ...event });
  await page.view.cdp("Input.dispatchKeyEvent", { type: "keyUp", ...event, text: undefined });
}

/** Comes by Tab and Enter to what a selector names, through the button that opens what it lies in, if it is not open. */
export async function reach(page: Page, selector: string): Promise<void> {
  const found = `document.querySelector(${JSON.stringify(selector)})`;
  if (!(await page.view.evaluate<boolean>(`${found}.checkVisibility()`))) {
    const opened = await page.view.evaluate<string>(`${found}.closest("[popover]").id`);
    await reach(page, `[popovertarget="${opened}"]`);
    await press(page, "Enter");
    await page.until(`${found}.checkVisibility()`);
  }
  await tabTo(page, selector);
}

/** Tabs to what a selector names. @throws {Error} when a whole round has not come to it */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tabs = 0; tabs < 80; tabs++) {
    if (await page.view.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await press(page, "Tab");
  }
  throw new Error(`80 tabs have not come to ${selector}`);
}
