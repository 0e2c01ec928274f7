// The elements of the drawing, and their motion.

import type { Clock } from "../../shared/clock.ts";
import { make } from "../dom/dom.ts";
import { animate } from "../dom/motion.ts";
import { heightAt, type Swell, slopeAt, steadyRate, waterPath } from "./swell.ts";

/** What the drawing shows. */
type SceneContent = {
  /** `null`: waves or their period were not measured. */
  swell: Swell | null;
  /** Speed in m/s, and its share to the right from -1 to 1; `null`: not measured. */
  wind: { speedMps: number; rightward: number } | null;
  /** Height of the sun above the horizon, in degrees. */
  sunDeg: number;
  /** Whether nothing may move. */
  still: boolean;
};

/** The drawing. Times are of {@link Clock.monotonicMs}. */
type Scene = {
  show(content: SceneContent): void;
  /** Lets a crest pass the buoy at a time, which may be ahead. */
  crest(atMs: number): void;
  /** Strikes the bell. @param hardness 0..1 */
  strike(atMs: number, hardness: number): void;
  /** Starts a turn of the lighthouse. */
  turnLight(atMs: number): void;
  /** Stops all motion. */
  rest(): void;
};

/** Wider than any screen. */
const waterPx = 4_000;
const depthPx = 200;
/** The water behind the buoy, in waves to the left of the water in front. */
const backShift = 0.4;
/** Drawn where waves or their period were not measured. */
const flatSea: Swell = { periodMs: 0, lengthPx: 200, amplitudePx: 0 };
const strikeMs = 1_400;
const lightMs = 8_000;
const gustMs = 2_600;
/** Below this the sky is dark, above its negative it is day. */
const twilightDeg = 6;
const gale = 20;

/** Draws the scene into an element. */
export function drawScene(element: HTMLElement, clock: Clock): Scene {
  const parts = addParts(element);
  let moving: Animation[] = [];
  let wind: Animation | null = null;
  let shown = "";
  let hasCrest = false;

  return {
    show({ swell, wind: blowing, sunDeg, still }) {
      const day = Math.min(1, Math.max(0, (sunDeg + twilightDeg) / (2 * twilightDeg)));
      element.style.setProperty("--day", day.toFixed(2));
      element.style.setProperty("--wind", String(Math.min(1, (blowing?.speedMps ?? 0) / gale)));
      element.style.setProperty("--lee", blowing !== null && blowing.rightward < 0 ? "-1" : "1");
      // Minute by minute the same sea goes on; only a change starts another motion.
      const next = JSON.stringify([swell, blowing, still]);
      if (next === shown) return;
      rest();
      shown = next;
      setWater(parts, swell ?? flatSea);
      for (const path of [parts.front, parts.back]) path.classList.toggle("unmeasured", swell === null);
      if (still) return;
      if (swell !== null) moving = roll(parts, swell, clock.monotonicMs());
      if (blowing !== null) wind = blow(parts.wind, blowing, clock.monotonicMs());
    },
    crest(atMs) {
      for (const animation of moving) {
        const { duration } = animation.effect?.getTiming() ?? {};
        if (typeof duration !== "number") continue;
        if (!hasCrest) animation.startTime = atMs;
        else {
          const aheadMs = Math.max(0, atMs - clock.monotonicMs());
          animation.updatePlaybackRate(steadyRate(Number(animation.currentTime) + aheadMs, duration));
        }
      }
      hasCrest = moving.length > 0;
    },
    strike(atMs, hardness) {
      const angle = 8 + 20 * hardness;
      const swings = [0, 1, -0.8, 0.6, -0.4, 0.2, 0].map((share) => ({ rotate: `${share * angle}deg` }));
      animate(parts.bell, swings, { lastsMs: strikeMs, atMs });
    },
    turnLight(atMs) {
      const turn = Array.from({ length: 9 }, (_, step) => {
        const towards = Math.cos((step / 8) * 2 * Math.PI);
        return { scale: `${Math.sin((step / 8) * 2 * Math.PI).toFixed(2)} 1`, opacity: 0.35 + 0.3 * towards };
      });
      animate(parts.ray, turn, { lastsMs: lightMs, atMs });
    },
    rest,
  };

  function rest(): void {
    for (const animation of [...moving, ...(wind ? [wind] : [])]) animation.cancel();
    moving = [];
    wind = null;
    shown = "";
    hasCrest = false;
  }
}

type Parts = ReturnType<typeof addParts>;

function addParts(element: HTMLElement) {
  const layer = (className: string, ...children: Node[]) => make("i", { className }, ...children);
  const bell = shape("path", { class: "bell", d: "M-6 -20c2-1.5 2.5-4 2.5-7a3.5 3.5 0 0 1 7 0c0 3 .5 5.5 2.5 7Z" });
  const buoy = shape(
    "svg",
    { viewBox: "-24 -48 48 60" },
    shape("path", { class: "frame", d: "M0 -44v6M-6 -38h12L13 -6h-26ZM-18 -6h36l-5 8h-26Z" }),
    shape("path", { class: "flag", d: "M0 -46l14 3l-14 4Z" }),
    bell,
  );
  const [back, front] = [shape("path", { class: "back" }), shape("path", { class: "front" })];
  const water = (path: SVGElement) => layer("water", shape("svg", { width: waterPx, height: 2 * depthPx }, path));
  const parts = {
    bell,
    back,
    front,
    ray: layer("ray"),
    wind: layer("gusts"),
    backWater: water(back),
    frontWater: water(front),
    float: layer("float", buoy),
  };
  const sky = layer("sky", layer("stars"), layer("tower", parts.ray), parts.wind);
  element.replaceChildren(sky, parts.backWater, parts.float, parts.frontWater);
  return parts;
}

/** Draws the water with a crest at the buoy. */
function setWater({ back, front, backWater, frontWater }: Parts, swell: Swell): void {
  const waves = Math.ceil(waterPx / swell.lengthPx);
  for (const path of [back, front]) {
    path.setAttribute("d", waterPath(swell, waves, depthPx));
    path.setAttribute("transform", `translate(0 ${depthPx / 2})`);
  }
  frontWater.style.translate = `${-wavesLeft(swell)}px`;
  backWater.style.translate = `${-wavesLeft(swell) - backShift * swell.lengthPx}px`;
}

/** Returns the length of the whole waves to the left of the buoy, in pixels. */
const wavesLeft = ({ lengthPx }: Swell) => Math.floor(waterPx / 2 / lengthPx) * lengthPx;

/** Moves water and buoy: a crest passes the buoy at the start of each period. */
function roll({ backWater, frontWater, float }: Parts, swell: Swell, atMs: number): Animation[] {
  const forever = { lastsMs: swell.periodMs, atMs, times: Number.POSITIVE_INFINITY };
  const along = (shift: number) =>
    [0, 1].map((wave) => ({ translate: `${-wavesLeft(swell) - (1 - wave + shift) * swell.lengthPx}px` }));
  const ride = Array.from({ length: 17 }, (_, step) => {
    const phase = step / 16;
    return { translate: `0 ${-heightAt(swell, phase).toFixed(1)}px`, rotate: `${slopeAt(swell, phase).toFixed(1)}deg` };
  });
  return [
    animate(frontWater, along(0), forever),
    animate(backWater, along(backShift), forever),
    animate(float, ride, forever),
  ];
}

/** Moves the streaks of wind, faster with the speed. */
function blow(streaks: HTMLElement, { speedMps, rightward }: NonNullable<SceneContent["wind"]>, atMs: number) {
  const far = 240 * (Math.abs(rightward) < 0.2 ? 0.3 : 1);
  const [from, to] = rightward < 0 ? [far, -far] : [-far, far];
  const lastsMs = gustMs / Math.max(0.15, speedMps / 10);
  const passing = [
    { translate: `${from}px`, opacity: 0 },
    { translate: "0px", opacity: 1 },
    { translate: `${to}px`, opacity: 0 },
  ];
  return animate(streaks, passing, { lastsMs, atMs, times: Number.POSITIVE_INFINITY });
}

function shape(name: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  element.append(...children);
  return element;
}
