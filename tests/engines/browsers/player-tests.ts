// The tests of the player that each browser passes. In Chromium, tests/browser tries far more.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { builtPlayer } from "../../rig/built-player.ts";
import { isLive, moor, type OpenPlayer, rowOf, startOpenPlayer, textOf } from "../../rig/player.ts";
import { type Desktop, startDesktop } from "./desktop.ts";
import { type Session, type StartSession, until } from "./session.ts";

/** A browser may take minutes to start on a busy machine. */
setDefaultTimeout(600_000);

/** The keys of each saved answer, and whether the service worker controls the page. */
const isSaved = `navigator.serviceWorker.controller && caches.open("bellbuoy-answers").then((cache) => cache.keys())
  .then((keys) => ["/v1/conditions", "/v1/stations"].every((path) => keys.some(({ url }) => url.includes(path))))`;
const isPlaying = 'document.body.dataset.sound === "playing"';
const isPressed = (selector: string) => `document.querySelector('${selector}').getAttribute("aria-pressed") === "true"`;

/**
 * Tests the player in one browser.
 * @param canRecordLive whether the browser's own recorder works; the WAV file of the last hour needs none
 */
export function testPlayer(name: string, start: StartSession, isSkipped: boolean, canRecordLive = true): void {
  describe.skipIf(isSkipped)(`the page in ${name}`, () => {
    let player: OpenPlayer;
    let desktop: Desktop;
    let session: Session;

    beforeAll(async () => {
      [player, desktop] = await Promise.all([startOpenPlayer(), startDesktop(), builtPlayer()]);
      await moor(player.stack);
      session = await start(desktop.env);
    });
    afterAll(async () => {
      await session?.stop();
      await Promise.all([desktop?.stop(), player?.stop()]);
    });

    const see = <T>(expression: string) => until<T>(session, expression);
    /** Resolves when the device plays what `is` accepts. */
    async function untilHeard(is: (peak: number) => boolean): Promise<void> {
      while (!is(await desktop.peak(0.3))) await Bun.sleep(100);
    }

    test("loads, connects and lists the stations", async () => {
      await session.navigate(`${player.server.url}/?hook=1`);
      await see(`${isLive} && globalThis.bellbuoy && bellbuoy.listening !== null`);
      await see(`${rowOf("46026")}?.textContent.includes("Buoy 46026")`);
      await session.evaluate(`(() => {
        globalThis.complaints = [];
        for (const type of ["error", "unhandledrejection"])
          addEventListener(type, ({ message, reason }) => complaints.push(String(message ?? reason)));
        for (const level of ["error", "warn"]) console[level] = (...words) => complaints.push(words.join(" "));
      })()`);
    });

    test("has roles and names in the browser's accessibility tree, also for the station that the arrow keys choose", async () => {
      for (const [selector, role, name] of [
        ["#listen", "button", "Listen"],
        ['[data-mode="24h"]', "button", "24 hours"],
        ["#volume", "slider", "Volume"],
        ["#list input", "searchbox", "Search the stations"],
        ["#map", "listbox", "Map of the stations: arrow keys choose one, plus and minus zoom"],
        ["#map-choice", "option", "No station is chosen"],
        ["#zoom-in", "button", "Zoom in"],
      ] as const)
        expect(await session.isKnownAs(selector, role, name), selector).toBe(true);
      await session.evaluate('document.getElementById("map").focus()');
      await session.press("ArrowRight");
      const chosen = await see<string>(`${textOf("map-choice")}.startsWith("Buoy") && ${textOf("map-choice")}`);
      expect(await session.isKnownAs("#map-choice", "option", chosen)).toBe(true);
      await see(`${textOf("announcer")}.startsWith("${chosen}: ")`);
      expect(await session.evaluate<string>('document.getElementById("announcer").ariaLive')).toBe("polite");
      await session.press("Escape");
      await session.evaluate("document.activeElement.blur()");
    });

    test("is silent, and after a click on Listen its sound reaches the device", async () => {
      expect(await desktop.peak(0.3)).toBe(0);
      await session.click("#listen");
      await see(isPlaying);
      await untilHeard((peak) => peak > 0.001);
    });

    test("shows a published report, and schedules its bell", async () => {
      await player.publish("46026");
      await see("bellbuoy.heard === 1");
      await see('bellbuoy.scheduled.some(({ stationId }) => stationId === "46026")');
    });

    test("is exactly silent while muted, and sounds again afterwards", async () => {
      await session.press("m");
      await see(isPressed("#mute"));
      await untilHeard((peak) => peak === 0);
      expect(await desktop.peak(1)).toBe(0);
      await session.press("m");
      await untilHeard((peak) => peak > 0.001);
    });

    test("changes its mode by buttons and keys", async () => {
      await session.click('[data-mode="24h"]');
      await see(`location.hash.startsWith("#24h") && bellbuoy.listening.frame !== null`);
      // A button that has the focus keeps Enter for itself.
      await session.evaluate("document.activeElement.blur()");
      await session.press("n");
      await see(isPressed('[data-mode="network"]'));
      await session.press("ArrowRight");
      await see('!document.getElementById("card").hidden');
      await session.press("Enter");
      await see(`location.hash.startsWith("#tune/") && ${isPlaying}`);
      await session.press("Escape");
      await see(isPressed('[data-mode="network"]'));
    });

    test("finds a station by its name", async () => {
      await session.press("/");
      await see('document.activeElement.type === "search"');
      await session.press(..."51001");
      await see(`document.querySelectorAll("#stations li").length === 1 && ${rowOf("51001")} !== null`);
      await session.press("Escape");
    });

    const recordsSound = async () => {
      await session.click("#show-more");
      await see('!document.getElementById("record").disabled');
      await session.click("#record");
      await see(`${textOf("recorded")} >= "0:02"`);
      // The file is not saved: each browser asks for its place in its own way.
      await session.evaluate('HTMLAnchorElement.prototype.click = () => (globalThis.isSaved = true), ""');
      await session.click("#record");
      await see(`globalThis.isSaved && ${textOf("recording")}.startsWith("Saved")`);
      await session.press("Escape");
    };
    if (canRecordLive) test("records its sound", recordsSound);

    test("renders the last hour as a WAV file that begins with sound", async () => {
      const { seconds, begin } = await session.evaluate<{ seconds: number; begin: number }>(`(async () => {
        const { signal } = new AbortController();
        const blob = await bellbuoy.listening.player.renderLastHour({ onProgress() {}, signal });
        const sound = await new OfflineAudioContext(2, 1, 48_000).decodeAudioData(await blob.arrayBuffer());
        const begin = sound.getChannelData(0).subarray(0, 48_000);
        return { seconds: sound.duration, begin: begin.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) };
      })()`);
      expect(seconds).toBeGreaterThan(1);
      expect(begin).toBeGreaterThan(0.001);
    });

    test("keeps its sheets as small as their content, also on a phone", async () => {
      const sheets = [
        ["sound", 600],
        ["sound", 800],
        ["legend", 1280],
        ["mixer", 1280],
        ["more", 1280],
        ["about", 1280],
      ] as const;
      for (const [sheet, width] of sheets) {
        await session.resize(width, 900);
        await see(`innerWidth > ${width - 40} && innerWidth <= ${width}`);
        await session.click(`#show-${sheet}`);
        // The padding below the last child is less than 40 pixels.
        await see(`(() => {
          const sheet = document.querySelector("#${sheet}:popover-open");
          if (!sheet || sheet.childElementCount === 0) return false;
          const bottom = (element) => element.getBoundingClientRect().bottom;
          return bottom(sheet) - Math.max(...[...sheet.children].map(bottom)) < 40;
        })()`);
        await session.press("Escape");
      }
    });

    test("is exactly silent during a pause, and has logged no error", async () => {
      await session.evaluate("bellbuoy.listening.player.pause()");
      await untilHeard((peak) => peak === 0);
      expect(await desktop.peak(1)).toBe(0);
      expect(await session.evaluate<string[]>("complaints")).toEqual([]);
    });

    test("reconnects after a server restart, and shows the next report", async () => {
      const heard = await session.evaluate<number>("bellbuoy.heard");
      await player.killServer();
      await see('document.body.dataset.state === "reconnecting"');
      await player.restartServer();
      await see(isLive);
      await player.publish("44009");
      await see(`bellbuoy.heard === ${heard + 1}`);
    });

    test("keeps its view when it is reloaded", async () => {
      await session.press("r");
      await see('location.hash.startsWith("#24h")');
      await reload();
      await see(`${isLive} && location.hash.startsWith("#24h") && ${isPressed('[data-mode="24h"]')}`);
    });

    test("opens without a server, and shows the saved data", async () => {
      // With the hook, the page has no service worker.
      await session.navigate(player.server.url);
      await see(isSaved);
      await player.killServer();
      await reload();
      await see(`document.body?.dataset.state === "offline" && ${rowOf("46026")} !== null`);
      await player.restartServer();
      await see(isLive);
    });

    async function reload(): Promise<void> {
      await session.evaluate("(globalThis.isOld = true, setTimeout(() => location.reload()), 0)");
      await see("!globalThis.isOld && document.readyState === 'complete'");
    }
  });
}
