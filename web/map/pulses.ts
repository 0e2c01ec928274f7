import type { MapTheme } from "./colours.ts";
import type { PlanePoint } from "./plane.ts";

/** A ring around a station whose bell sounds. `atMs` is of `performance.now()`; without hardness it is no clear strike. */
type Pulse = { stationId: string; hardness: number | null; atMs: number };

/** A station's light: it turns once in eight seconds, as the lighthouse that is heard. */
export type Lighthouse = {
  stationId: string;
  /** Where the wind blows from: where the light stands when motion is to be reduced. */
  windDirDeg: number | null;
  /** When a turn began, in time of `performance.now()`. */
  turnsSinceMs: number;
};

const lastsMs = 1_800;
/** Not the full 60 frames: rings are slow. */
const frameMs = 1000 / 30;
const firstRadius = 5;
const growsBy = 30;
const stillRadius = 16;

const turnMs = 8_000;
/** The beam leaves north half a second after the turn began and is back seven seconds later, as it is heard. */
const northMs = 500;
const roundMs = 7_000;
const beamLength = 110;
const beamHalfWidth = (11 * Math.PI) / 180;

/** Draws rings and the lighthouse on a canvas of their own, at 30 frames a second while there are any. */
export function createPulses(
  paint: (draw: (context: CanvasRenderingContext2D) => void) => void,
  where: (stationId: string) => PlanePoint | null,
  look: { readonly theme: MapTheme; readonly still: boolean },
) {
  let pulses: Pulse[] = [];
  let lighthouse: Lighthouse | null = null;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawnAtMs = 0;

  document.addEventListener("visibilitychange", go);
  return { add, setLighthouse, redraw };

  function add(pulse: Pulse): void {
    // A hidden page rings on for hours, and nobody sees it.
    if (document.hidden) return;
    pulses.push(pulse);
    go();
  }

  /** `null`: none. */
  function setLighthouse(next: Lighthouse | null): void {
    lighthouse = next;
    redraw();
  }

  /** At once: the map has moved. */
  function redraw(): void {
    drawnAtMs = 0;
    draw(performance.now());
  }

  /** Waits for the next frame in which there is something to draw. */
  function go(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    const nowMs = performance.now();
    pulses = pulses.filter(({ atMs }) => atMs + lastsMs > nowMs);
    if (document.hidden) return;
    const first = Math.min(...pulses.map(({ atMs }) => atMs));
    if (first <= nowMs || (lighthouse && !look.still)) frame = requestAnimationFrame(draw);
    else if (first < Infinity) timer = setTimeout(go, first - nowMs);
  }

  function draw(nowMs: number): void {
    if (nowMs - drawnAtMs >= frameMs - 2) {
      drawnAtMs = nowMs;
      paint((context) => {
        if (lighthouse) drawBeam(context, lighthouse, nowMs);
        for (const pulse of pulses) drawRing(context, pulse, (nowMs - pulse.atMs) / lastsMs);
        context.globalAlpha = 1;
      });
    }
    go();
  }

  /** @param progress 0 when the bell is struck, 1 when the ring is gone */
  function drawRing(context: CanvasRenderingContext2D, { stationId, hardness }: Pulse, progress: number): void {
    const at = where(stationId);
    if (progress < 0 || progress >= 1 || !at) return;
    const grown = 1 - (1 - progress) ** 3;
    context.globalAlpha = look.still ? Math.sin(Math.PI * progress) : (1 - progress) ** 1.5;
    context.strokeStyle = look.theme.pulse;
    context.lineWidth = hardness === null ? 1.2 : 1.4 + 3.6 * hardness * (look.still ? 1 : 1 - progress / 2);
    context.setLineDash(hardness === null ? [3, 4] : []);
    context.beginPath();
    context.arc(at.x, at.y, look.still ? stillRadius : firstRadius + growsBy * grown, 0, 2 * Math.PI);
    context.stroke();
  }

  function drawBeam(
    context: CanvasRenderingContext2D,
    { stationId, windDirDeg, turnsSinceMs }: Lighthouse,
    nowMs: number,
  ) {
    const at = where(stationId);
    if (!at || (look.still && windDirDeg === null)) return;
    const inTurnMs = (((nowMs - turnsSinceMs) % turnMs) + turnMs) % turnMs;
    const turned = (inTurnMs - northMs) / roundMs;
    if (!look.still && (turned < 0 || turned > 1)) return;
    const bearing = look.still ? ((windDirDeg ?? 0) * Math.PI) / 180 : turned * 2 * Math.PI;
    const onCanvas = bearing - Math.PI / 2;
    const light = context.createRadialGradient(at.x, at.y, 0, at.x, at.y, beamLength);
    light.addColorStop(0, look.theme.pulse);
    light.addColorStop(1, "transparent");
    context.globalAlpha = 0.55;
    context.fillStyle = light;
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.arc(at.x, at.y, beamLength, onCanvas - beamHalfWidth, onCanvas + beamHalfWidth);
    context.fill();
  }
}
