// The lighthouse beam over the tuned-in station.

import type { Clock } from "../../../shared/clock.ts";
import { animate } from "../../dom/motion.ts";
import type { PlanePoint } from "../camera/plane.ts";
import type { MovingLook } from "./pulses.ts";

/** A station's light. It turns once in eight seconds, in time with the sound. */
export type Lighthouse = {
  stationId: string;
  /** Direction that the wind comes from, degrees; with reduced motion the beam points there. */
  windDirDeg: number | null;
  /** Start of a turn, of {@link Clock.monotonicMs}; `null`: keeps the previous one. */
  turnsSinceMs: number | null;
};

const turnMs = 8_000;
/** As in the sound, the beam leaves north 0.5 s after the start of the turn and returns seven seconds later. */
const northMs = 500;
const roundMs = 7_000;
/** Two ticks closer together than this form one signal. */
const ticksApartMs = 1_000;
/** Dark, once around from north, dark. */
const oneTurn: Keyframe[] = [
  { offset: 0, opacity: 0, rotate: "0deg" },
  { offset: northMs / turnMs, opacity: 0, rotate: "0deg" },
  { offset: northMs / turnMs, opacity: 1, rotate: "0deg" },
  { offset: (northMs + roundMs) / turnMs, opacity: 1, rotate: "360deg" },
  { offset: (northMs + roundMs) / turnMs, opacity: 0, rotate: "360deg" },
  { offset: 1, opacity: 0, rotate: "360deg" },
];
const length = 120;
const halfWidthDeg = 10;

/** Adds the beam over the tuned-in station. With reduced motion it points into the wind. */
export function createLighthouse(
  layer: HTMLElement,
  where: (stationId: string) => PlanePoint | null,
  look: MovingLook,
  clock: Clock,
) {
  const beam = document.createElement("i");
  let light: (Lighthouse & { turnsSinceMs: number }) | null = null;
  let turning: Animation | null = null;
  let cancelTurn: (() => void) | undefined;
  let tickedAtMs = Number.NEGATIVE_INFINITY;
  beam.className = "beam";
  beam.hidden = true;
  Object.assign(beam.style, {
    position: "absolute",
    width: `${2 * length}px`,
    height: `${2 * length}px`,
    left: `${-length}px`,
    top: `${-length}px`,
    borderRadius: "50%",
    maskImage: "radial-gradient(closest-side, #000, transparent)",
    willChange: "rotate, opacity",
  });
  layer.append(beam);
  return { set, shine, beginTurn, follow };

  /** Sets the light; `null`: none. */
  function set(next: Lighthouse | null): void {
    if (next?.turnsSinceMs !== null) cancelTurn?.();
    light = next && { ...next, turnsSinceMs: next.turnsSinceMs ?? light?.turnsSinceMs ?? clock.monotonicMs() };
    beam.style.background = `conic-gradient(from ${-halfWidthDeg}deg, transparent, ${look.theme.beam} ${halfWidthDeg}deg, transparent ${2 * halfWidthDeg}deg)`;
    follow();
    shine();
  }

  /** Restarts the animation after a change of the reduced motion preference. */
  function shine(): void {
    turning?.cancel();
    turning = null;
    const windDirDeg = light?.windDirDeg ?? null;
    beam.hidden = light === null || (look.still && windDirDeg === null);
    beam.style.rotate = `${windDirDeg ?? 0}deg`;
    if (light === null || look.still) return;
    turning = animate(beam, oneTurn, { lastsMs: turnMs, atMs: light.turnsSinceMs, times: Number.POSITIVE_INFINITY });
  }

  /**
   * Starts a turn when the ticks at north sound. The second of two ticks starts no other turn.
   * @param atMs of the tick, of {@link Clock.monotonicMs}
   */
  function beginTurn(atMs: number): void {
    if (atMs - tickedAtMs > ticksApartMs) {
      cancelTurn = clock.after(Math.max(0, atMs - clock.monotonicMs()), () => turnFrom(atMs));
    }
    tickedAtMs = atMs;
  }

  function turnFrom(atMs: number): void {
    light = light && { ...light, turnsSinceMs: atMs };
    shine();
  }

  /** Updates the beam after the map has moved. */
  function follow(): void {
    const at = light && where(light.stationId);
    if (at) beam.style.translate = `${at.x}px ${at.y}px`;
    beam.style.visibility = at ? "visible" : "hidden";
  }
}
