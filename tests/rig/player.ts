// A running server and the pages of its player, for tests in Chromium.
import { redisNames } from "../../shared/channels.ts";
import { openPage, type Page } from "./browser.ts";
import { shortWaveforms } from "./short-waveforms.ts";
import { type Service, type Stack, startStack } from "./stack.ts";
import type { Wire } from "./wire.ts";
import { startWire } from "./wire.ts";

/** Holds the positions of invented stations, from the Gulf of Alaska to the Caribbean. */
export const moorings: Record<string, [latitude: number, longitude: number]> = {
  "46026": [37.8, -122.8],
  "44009": [38.5, -74.7],
  "51001": [24.5, -162],
  "46001": [56.2, -148],
};

/** Describes a server with its stack, and the open pages of its player. */
export type OpenPlayer = {
  stack: Stack;
  /** The server's connection to PostgreSQL. */
  wire: Wire;
  readonly server: Service;
  /**
   * Opens the player and waits for the connection, or for the given `state`.
   * @param path like `/?hook=1#tune/46026`
   * @param script runs before the page's scripts; by default it replaces the waveforms with short ones
   */
  open(path: string, state?: string, script?: string): Promise<Page>;
  /** Opens the player and preloads all that a click needs. @param script runs before the page's scripts, after the default one */
  openReady(path?: string, script?: string): Promise<Page>;
  /** Publishes a {@link report} with the current time. */
  publish(stationId: string): Promise<unknown>;
  /** Closes the pages: a browser opens at most six connections to a server, and each page holds one. */
  closePages(): void;
  /** Opens the player, waits until it has cached the past day, stops the server and opens the cached day. */
  openWithoutNetwork(): Promise<Page>;
  /** Kills the server. */
  killServer(): Promise<void>;
  /** Starts the server again at the same address. */
  restartServer(): Promise<void>;
  stop(): Promise<void>;
};

/** Holds an expression that is true when the page is connected. */
export const isLive = 'document.body.dataset.state === "live"';

/** Returns an expression for the text of an element. */
export function textOf(id: string): string {
  return `document.getElementById("${id}").textContent`;
}

/** Returns an expression for a station's row in the list. */
export function rowOf(stationId: string): string {
  return `document.querySelector('#stations [data-station-id="${stationId}"]')`;
}

/** Describes a bell that the page will ring or has rung; times are from its `performance.now()`. */
export type ScheduledBell = { stationId: string; eventId: string | null; arrivedAtMs: number; soundsAtMs: number };

/** Returns the bells of a page opened with `?hook=1`. */
export function scheduledBells(page: Page): Promise<ScheduledBell[]> {
  return page.view.evaluate("bellbuoy.scheduled");
}

/** Starts a server with the built player and an empty database. */
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

/** Stores the stations of {@link moorings}, each with a report from 30 minutes ago and one from 3.5 hours ago. */
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

/** Returns a report of now, or of some minutes ago, as any program may publish it. */
export function report(stationId: string, minutesAgo = 0): string {
  const timestamp = new Date(Math.floor(Date.now() / 1000) * 1000 - minutesAgo * 60_000).toISOString();
  return `{"stationId":"${stationId}","timestamp":"${timestamp}","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}`;
}

/** Sets the value of a field and fires its events, as a user's input does. @param selector of a slider, search or select */
export async function enter(page: Page, selector: string, value: string): Promise<void> {
  await page.view.evaluate(`(() => {
    const field = document.querySelector(${JSON.stringify(selector)});
    field.value = ${JSON.stringify(value)};
    field.dispatchEvent(new Event("input"));
    field.dispatchEvent(new Event("change"));
  })()`);
}

/** Starts playback with a click. */
export async function listen(page: Page): Promise<void> {
  await page.view.click("#listen");
  await page.until('document.body.dataset.sound === "playing"');
}

/** What Chromium needs besides a key's name to act on it as on a real key press. */
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

/** Presses and releases a key. @param shifted with Shift held */
export async function press(page: Page, key: string, shifted = false): Promise<void> {
  const known = keyCodes[key] ?? { windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0), text: key };
  const event = { key, code: known.code ?? key, modifiers: shifted ? 8 : 0, ...known };
  await page.view.cdp("Input.dispatchKeyEvent", { type: "keyDown", ...event });
  await page.view.cdp("Input.dispatchKeyEvent", { type: "keyUp", ...event, text: undefined });
}

/** Reaches an element by Tab and Enter; first opens the panel that contains it, if it is closed. */
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

/** Tabs to an element. @throws {Error} when 80 tabs do not reach it */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tabs = 0; tabs < 80; tabs++) {
    if (await page.view.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await press(page, "Tab");
  }
  throw new Error(`80 tabs did not reach ${selector}`);
}
