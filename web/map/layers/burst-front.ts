import { animate, keyframes } from "../motion.ts";
import { type PlanePoint, project } from "../plane.ts";
import type { MovingLook } from "./pulses.ts";

/** It stays for a while after the last bell, and is gone before a next burst begins again in the west. */
const lingersMs = 2_500;
const movesMs = 400;
const opacity = 0.8;
const latitudeStepDeg = 5;
const [southernmost, northernmost] = [-80, 80];
const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * The meridian at which a burst rings: a thin line that goes over the map from bell to bell, from west to east, and fades
 * when no more ring. A lone bell has none. Where motion is to be reduced it appears at each bell, and does not travel.
 * @param onMap where a point of the plane is on the layer
 */
export function createBurstFront(layer: HTMLElement, onMap: (point: PlanePoint) => PlanePoint, look: MovingLook) {
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
  let longitude: number | null = null;
  let movedAtMs = Number.NEGATIVE_INFINITY;
  let travel: Animation | undefined;
  let fade: Animation | undefined;
  return { pass, follow };

  /** A bell sounds there. @param atMs of `performance.now()` */
  function pass(atLongitude: number, atMs: number): void {
    setTimeout(() => moveTo(atLongitude), Math.max(0, atMs - performance.now()));
  }

  function moveTo(next: number): void {
    if (document.hidden) return;
    const nowMs = performance.now();
    const isAlone = nowMs - movedAtMs > lingersMs;
    const before = middleX();
    longitude = next;
    movedAtMs = nowMs;
    if (isAlone) return;
    svg.style.display = "block";
    trace();
    // Back in the west a new burst begins: the line does not travel there.
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

  /** The map has moved. */
  function follow(): void {
    if (svg.style.display !== "none") trace();
  }

  function trace(): void {
    if (longitude === null) return;
    const points: string[] = [];
    for (let latitude = southernmost; latitude <= northernmost; latitude += latitudeStepDeg) {
      const { x, y } = onMap(project(longitude, latitude));
      points.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
    }
    line.setAttribute("d", `M${points.join("L")}`);
    line.style.stroke = look.theme.pulse;
  }

  function middleX(): number {
    return longitude === null ? 0 : onMap(project(longitude, 0)).x;
  }
}
