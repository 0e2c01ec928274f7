import type { Clock } from "../../../shared/clock.ts";
import type { PlanePoint } from "../camera/plane.ts";
import { animate } from "./motion.ts";
import type { MovingLook } from "./pulses.ts";

/** A station's light: it turns once in eight seconds, as the lighthouse that is heard. */
export type Lighthouse = {
  stationId: string;
  /** Where the wind blows from: where the light stands when motion is to be reduced. */
  windDirDeg: number | null;
  /** When a turn began, in time of {@link Clock.monotonicMs}; `null`: as before. */
  turnsSinceMs: number | null;
};

const turnMs = 8_000;
/** The beam leaves north half a second after the turn began and is back seven seconds later, as it is heard. */
const northMs = 500;
const roundMs = 7_000;
/** Two ticks that follow each other faster than this are one sign. */
const ticksApartMs = 1_000;
/** Dark, from north once around, dark. */
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

/** Adds the beam over the station that is tuned in; it stands in the wind where motion is to be reduced. */
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

  /** `null`: none. */
  function set(next: Lighthouse | null): void {
    if (next?.turnsSinceMs !== null) cancelTurn?.();
    light = next && { ...next, turnsSinceMs: next.turnsSinceMs ?? light?.turnsSinceMs ?? clock.monotonicMs() };
    beam.style.background = `conic-gradient(from ${-halfWidthDeg}deg, transparent, ${look.theme.beam} ${halfWidthDeg}deg, transparent ${2 * halfWidthDeg}deg)`;
    follow();
    shine();
  }

  /** Anew, as motion is or is not to be reduced. */
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
   * A turn begins, as the ticks at north are heard.
   * @param atMs of the tick, of {@link Clock.monotonicMs}; the second of two is no other turn
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

  /** The map has moved. */
  function follow(): void {
    const at = light && where(light.stationId);
    if (at) beam.style.translate = `${at.x}px ${at.y}px`;
    beam.style.visibility = at ? "visible" : "hidden";
  }
}
