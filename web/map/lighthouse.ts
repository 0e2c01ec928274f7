import type { Motion } from "./motion.ts";
import type { PlanePoint } from "./plane.ts";
import type { MovingLook } from "./pulses.ts";

/** A station's light: it turns once in eight seconds, as the lighthouse that is heard. */
export type Lighthouse = {
  stationId: string;
  /** Where the wind blows from: where the light stands when motion is to be reduced. */
  windDirDeg: number | null;
  /** When a turn began, in time of `performance.now()`; `null`: as before. */
  turnsSinceMs: number | null;
};

const turnMs = 8_000;
/** The beam leaves north half a second after the turn began and is back seven seconds later, as it is heard. */
const northMs = 500;
const roundMs = 7_000;
/** Two ticks that follow each other faster than this are one sign. */
const ticksApartMs = 1_000;
const length = 120;
const halfWidthDeg = 10;

/** The beam over the station that is tuned in; it stands in the wind where motion is to be reduced. */
export function createLighthouse(
  layer: HTMLElement,
  motion: Motion,
  where: (stationId: string) => PlanePoint | null,
  look: MovingLook,
) {
  const beam = document.createElement("i");
  let light: (Lighthouse & { turnsSinceMs: number }) | null = null;
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
    willChange: "rotate",
  });
  layer.append(beam);
  return { set, beginTurn, follow };

  /** `null`: none. */
  function set(next: Lighthouse | null): void {
    motion.stop(turn);
    light = next && { ...next, turnsSinceMs: next.turnsSinceMs ?? light?.turnsSinceMs ?? performance.now() };
    beam.style.background = `conic-gradient(from ${-halfWidthDeg}deg, transparent, ${look.theme.beam} ${halfWidthDeg}deg, transparent ${2 * halfWidthDeg}deg)`;
    follow();
    if (light) motion.start(turn);
    else beam.hidden = true;
  }

  /**
   * A turn begins, as the ticks at north are heard.
   * @param atMs of the tick, of `performance.now()`; the second of two is no other turn
   */
  function beginTurn(atMs: number): void {
    if (light && atMs - tickedAtMs > ticksApartMs) light = { ...light, turnsSinceMs: atMs };
    tickedAtMs = atMs;
  }

  function turn(nowMs: number): boolean {
    if (light === null) return false;
    const { windDirDeg, turnsSinceMs } = light;
    const inTurnMs = (((nowMs - turnsSinceMs) % turnMs) + turnMs) % turnMs;
    const turned = (inTurnMs - northMs) / roundMs;
    beam.hidden = look.still ? windDirDeg === null : turned < 0 || turned > 1;
    beam.style.rotate = `${look.still ? (windDirDeg ?? 0) : (360 * turned).toFixed(1)}deg`;
    return !look.still;
  }

  /** The map has moved. */
  function follow(): void {
    const at = light && where(light.stationId);
    if (at) beam.style.translate = `${at.x}px ${at.y}px`;
    beam.style.visibility = at ? "visible" : "hidden";
  }
}
