// The moving line that shows how far a burst has rung.

import type { Clock } from "../../../shared/clock.ts";
import { animate, keyframes } from "../../dom/motion.ts";
import { type PlanePoint, project } from "../camera/plane.ts";
import type { MovingLook } from "./pulses.ts";

/** The line of a burst. */
type BurstFront = {
  /** Moves the line to a bell. @param atMs when the bell sounds, of {@link Clock.monotonicMs} */
  pass(longitude: number, atMs: number): void;
  /** Updates the line after the map has moved. */
  follow(): void;
};

/** Time that the line stays after the last bell, in ms; shorter than the pause before a next burst. */
const lingersMs = 2_500;
const movesMs = 400;
const opacity = 0.8;
const latitudeStepDeg = 5;
const [southernmost, northernmost] = [-80, 80];
const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Adds the meridian at which a burst rings: a thin line that travels from bell to bell, west to east, and fades after
 * the last one. A single bell has no line. With reduced motion the line appears at each bell and does not travel.
 * @param onLayer returns the position of a plane point on the layer
 */
export function createBurstFront(
  layer: HTMLElement,
  onLayer: (point: PlanePoint) => PlanePoint,
  look: MovingLook,
  clock: Clock,
): BurstFront {
  const { svg, line } = addLine(layer);
  let longitude: number | null = null;
  let movedAtMs = Number.NEGATIVE_INFINITY;
  let travel: Animation | undefined;
  let fade: Animation | undefined;

  return {
    pass: (at, atMs) => void clock.after(Math.max(0, atMs - clock.monotonicMs()), () => moveTo(at)),
    follow() {
      if (svg.style.display !== "none") trace();
    },
  };

  function moveTo(next: number): void {
    if (document.hidden) return;
    const nowMs = clock.monotonicMs();
    const isAlone = nowMs - movedAtMs > lingersMs;
    const before = middleX();
    longitude = next;
    movedAtMs = nowMs;
    if (isAlone) return;
    svg.style.display = "block";
    trace();
    // A new burst starts in the west: the line jumps there.
    const way = look.still ? 0 : Math.max(0, middleX() - before);
    travel?.cancel();
    travel = animate(
      svg,
      keyframes((progress) => ({ translate: `${-way * (1 - progress) ** 3}px 0` })),
      { lastsMs: movesMs, atMs: nowMs },
    );
    fade?.cancel();
    fade = animate(svg, [{ opacity }, { opacity }, { opacity: 0 }], { lastsMs: lingersMs, atMs: nowMs });
    fade.onfinish = () => {
      svg.style.display = "none";
    };
  }

  function trace(): void {
    if (longitude === null) return;
    line.setAttribute("d", `M${meridian(longitude, onLayer).join("L")}`);
    line.style.stroke = look.theme.pulse;
  }

  function middleX(): number {
    return longitude === null ? 0 : onLayer(project(longitude, 0)).x;
  }
}

function addLine(layer: HTMLElement): { svg: SVGSVGElement; line: SVGPathElement } {
  const svg = document.createElementNS(svgNamespace, "svg");
  const line = svg.appendChild(document.createElementNS(svgNamespace, "path"));
  svg.setAttribute("class", "front");
  Object.assign(svg.style, {
    position: "absolute",
    left: "0",
    top: "0",
    overflow: "visible",
    display: "none",
    willChange: "translate, opacity",
  });
  Object.assign(line.style, { fill: "none", strokeWidth: "1.5" });
  layer.append(svg);
  return { svg, line };
}

function meridian(longitude: number, onLayer: (point: PlanePoint) => PlanePoint): string[] {
  const points: string[] = [];
  for (let latitude = southernmost; latitude <= northernmost; latitude += latitudeStepDeg) {
    const { x, y } = onLayer(project(longitude, latitude));
    points.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
  }
  return points;
}
