import type { Clock } from "../../shared/clock.ts";
import { createBurstFront } from "./burst-front.ts";
import {
  type Camera,
  cameraOf,
  firstView,
  type MapView,
  pan,
  type Size,
  toCanvas,
  toPlane,
  viewOf,
  zoomAt,
  zoomOf,
} from "./camera.ts";
import { createChart } from "./chart.ts";
import { type Coastline, coastlineOf } from "./coastline.ts";
import { readTheme } from "./colours.ts";
import { followGestures } from "./gestures.ts";
import { land110m } from "./land-110m.ts";
import { createLighthouse } from "./lighthouse.ts";
import type { Mark } from "./marks.ts";
import { type Direction, nearestInDirection, nearestTo } from "./nearest.ts";
import { type PlanePoint, planeWidth, project } from "./plane.ts";
import { createPulses } from "./pulses.ts";
import { drawStations, type PlacedStation } from "./stations.ts";

export type { MapView } from "./camera.ts";
export { type MapTheme, readTheme, waterColour } from "./colours.ts";
export type { Lighthouse } from "./lighthouse.ts";
export { drawMark, drawWindBarb, legendMarks, type Mark } from "./marks.ts";
export type { Direction } from "./nearest.ts";

/** Where a station is moored. */
export type MapStation = { stationId: string; longitude: number; latitude: number };

export type WorldMapListener = {
  /** A person chose a station on the map, or the empty sea. */
  onSelect(stationId: string | null): void;
  /** The map has come to rest in another view. */
  onView(view: MapView): void;
  /** The mouse is over a station. */
  onHover?(stationId: string | null): void;
};

export type WorldMap = ReturnType<typeof createWorldMap>;

const restMs = 140;
const minuteMs = 60_000;
const glideMs = 350;

const chooseReach = 22;
const keyPanPixels = 120;
const keyZoomFactor = 1.6;
/** A first view is not yet zoomed in, however its numbers are rounded. */
const zoomedInFactor = 1.05;

/** From this width of the whole world on, in pixels, the finer coastline shows. */
const fineCoastFrom = 3_800;
const stationZoom = 8;

/**
 * The world on canvas in `element`, which must have a size; its role, label and place in the tab order are the
 * page's. Keys when it has the focus: arrows choose the next station, with Shift they pan, `+`, `-`, `0`.
 */
export function createWorldMap(element: HTMLElement, listener: WorldMapListener, clock: Clock) {
  Object.assign(element.style, { overflow: "hidden", cursor: "grab", touchAction: "pan-y" });
  if (getComputedStyle(element).position === "static") element.style.position = "relative";
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

  let theme = readTheme(element);
  let size = sizeOf(element);
  let camera: Camera = cameraOf(firstView(size), size);
  /** Until then, another size shows another first view. */
  let wasMoved = false;
  let isMoving = false;
  const coarse = coastlineOf(land110m());
  let fine: Coastline | "loading" | null = null;
  let timeMs: number | null = null;

  let stations: PlacedStation[] = [];
  let points = new Map<string, PlacedStation>();
  let marks = new Map<string, Mark>();
  let selected: string | null = null;
  let hovered: string | null = null;

  let frame = 0;
  let glideFrame = 0;
  let cancelRest: (() => void) | undefined;

  const chart = createChart(element, (context, seenFrom, onto) =>
    drawStations(context, { stations, marks, selected, hovered, theme }, seenFrom, onto),
  );
  const layer = addLayer(element);
  const look = {
    get theme() {
      return theme;
    },
    get still() {
      return lessMotion.matches;
    },
  };
  const pulses = createPulses(layer, placeOf, look);
  const lighthouse = createLighthouse(layer, placeOf, look);
  const front = createBurstFront(layer, (point) => toCanvas(point, camera, size), look);

  new ResizeObserver(resize).observe(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refreshTheme);
  lessMotion.addEventListener("change", lighthouse.shine);
  clock.every(minuteMs, () => timeMs ?? dress());
  followGestures(element, {
    onPan: (dx, dy) => move(pan(camera, size, dx, dy)),
    onZoom: zoomAtPoint,
    onTap: (at) => choose(stationAt(at)),
    onHover: (at) => hover(at && stationAt(at)),
  });
  element.addEventListener("keydown", pressKey);
  dress();
  resize();

  return {
    setStations,
    setMarks,
    setMark,
    select,
    pulse,
    setView,
    showStation,
    showWholeWorld,
    stationsInView,
    nearest,
    chooseNext,
    zoomBy,
    panBy,
    setTimeMs,
    setLighthouse: lighthouse.set,
    turnLighthouse: lighthouse.beginTurn,
    refreshTheme,
    get view(): MapView {
      return viewOf(camera, size);
    },
    get theme() {
      return theme;
    },
  };

  /** All stations; those of the north first, so that a nearer mark lies over a farther one. */
  function setStations(all: Iterable<MapStation>): void {
    stations = [...all]
      .map((station) => ({ ...station, ...project(station.longitude, station.latitude) }))
      .sort((a, b) => a.y - b.y);
    points = new Map(stations.map((station) => [station.stationId, station]));
    repaint();
  }

  /** The marks of all stations; one without a mark is a dot. */
  function setMarks(all: ReadonlyMap<string, Mark>): void {
    marks = new Map(all);
    repaint();
  }

  /** Drawn in the next frame, however many change before it. */
  function setMark(stationId: string, mark: Mark): void {
    marks.set(stationId, mark);
    repaint();
  }

  /** Shows which station is chosen, without telling the listener. */
  function select(stationId: string | null): void {
    if (stationId === selected) return;
    selected = stationId;
    repaint();
  }

  /**
   * A ring at the instant a bell sounds; of bells in a row, the front.
   * @param hardness 0..1, its thickness; `null`: a knock or a bowed bell, thin and broken
   * @param atMs of `performance.now()`, may lie ahead
   */
  function pulse(stationId: string, hardness: number | null, atMs: number): void {
    pulses.add({ stationId, hardness, atMs });
    const station = points.get(stationId);
    if (station) front.pass(station.longitude, atMs);
  }

  function setView(view: MapView): void {
    stopGliding();
    wasMoved = true;
    camera = cameraOf(view, size);
    followCamera();
  }

  /** Brings a station to the middle, near enough to tell it from its neighbours. */
  function showStation(stationId: string): void {
    const point = points.get(stationId);
    if (!point) return;
    const zoom = Math.max(zoomOf(camera, size), stationZoom);
    glideTo(cameraOf({ longitude: point.longitude, latitude: point.latitude, zoom }, size));
  }

  function showWholeWorld(): void {
    glideTo(cameraOf({ ...viewOf(camera, size), zoom: 1 }, size));
  }

  /** Zooms around the middle. */
  function zoomBy(factor: number): void {
    glideTo(zoomAt(camera, size, factor, { x: size.width / 2, y: size.height / 2 }));
  }

  /** Moves what is seen: a positive `dx` shows more of the east, a positive `dy` more of the south; in pixels. */
  function panBy(dx: number, dy: number): void {
    glideTo(pan(camera, size, -dx, -dy));
  }

  function stationsInView(): string[] {
    return stations.filter((station) => isSeen(toCanvas(station, camera, size), 0)).map(({ stationId }) => stationId);
  }

  /** The next station in a direction; without one to start from, that nearest to the middle of the map. */
  function nearest(stationId: string | null, direction: Direction): string | null {
    if (stationId === null || !points.has(stationId)) return nearestTo(points, camera);
    return nearestInDirection(points, stationId, direction);
  }

  /** The time whose day and night are shown; `null`: now. */
  function setTimeMs(ms: number | null): void {
    if (ms === timeMs) return;
    timeMs = ms;
    dress();
  }

  /** Reads the colours again, when the page has changed its style. */
  function refreshTheme(): void {
    theme = readTheme(element);
    dress();
  }

  /** The sea, its coast or its night looks otherwise. */
  function dress(): void {
    const isFine = worldWidth() >= fineCoastFrom && fine !== null && fine !== "loading";
    chart.setLook({
      coastline: isFine ? (fine as Coastline) : coarse,
      theme,
      timeMs: timeMs ?? Math.floor(clock.now() / minuteMs) * minuteMs,
    });
    redraw();
  }

  function pressKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(event.key, event.shiftKey);
    if (!act) return;
    event.preventDefault();
    act();
  }

  function actionOf(key: string, shifted: boolean): (() => void) | null {
    const towards = directionOfKey[key];
    if (towards && shifted) return () => panBy(towards.dx * keyPanPixels, towards.dy * keyPanPixels);
    if (towards) return () => chooseNext(towards.direction);
    if (key === "+" || key === "=") return () => zoomBy(keyZoomFactor);
    if (key === "-" || key === "_") return () => zoomBy(1 / keyZoomFactor);
    return key === "0" || key === "Home" ? showWholeWorld : null;
  }

  /** The station next to the chosen one, which the map then shows. */
  function chooseNext(direction: Direction): void {
    const next = nearest(selected, direction);
    const station = next === null ? undefined : points.get(next);
    if (!station) return;
    choose(station.stationId);
    if (isSeen(toCanvas(station, camera, size), -chooseReach)) return;
    const { longitude, latitude } = station;
    glideTo(cameraOf({ longitude, latitude, zoom: zoomOf(camera, size) }, size));
  }

  function choose(stationId: string | null): void {
    select(stationId);
    listener.onSelect(stationId);
  }

  function hover(stationId: string | null): void {
    if (stationId === hovered) return;
    hovered = stationId;
    element.style.cursor = stationId === null ? "grab" : "pointer";
    listener.onHover?.(stationId);
    repaint();
  }

  function stationAt(at: PlanePoint): string | null {
    return nearestTo(points, toPlane(at, camera, size), chooseReach / camera.pixelsPerUnit);
  }

  function zoomAtPoint(factor: number, at: PlanePoint): boolean {
    const next = zoomAt(camera, size, factor, at);
    if (next.pixelsPerUnit === camera.pixelsPerUnit) return false;
    move(next);
    return true;
  }

  function move(next: Camera): void {
    stopGliding();
    wasMoved = true;
    camera = next;
    followCamera();
  }

  /** Goes there smoothly, or at once where motion is to be reduced. */
  function glideTo(goal: Camera): void {
    stopGliding();
    wasMoved = true;
    const start = camera;
    const startMs = performance.now();
    const stretch = goal.pixelsPerUnit / start.pixelsPerUnit;
    const step = (nowMs: number) => {
      const progress = lessMotion.matches ? 1 : Math.min(Math.max((nowMs - startMs) / glideMs, 0), 1);
      const eased = 1 - (1 - progress) ** 3;
      // What is nearer moves faster: the way shrinks as the scale grows, so that the goal does not swing.
      const pixelsPerUnit = start.pixelsPerUnit * stretch ** eased;
      const way = stretch === 1 ? eased : (1 - stretch ** -eased) / (1 - 1 / stretch);
      camera = { x: start.x + (goal.x - start.x) * way, y: start.y + (goal.y - start.y) * way, pixelsPerUnit };
      if (progress === 1) camera = goal;
      glideFrame = progress === 1 ? 0 : requestAnimationFrame(step);
      followCamera();
    };
    step(startMs);
  }

  function stopGliding(): void {
    cancelAnimationFrame(glideFrame);
    glideFrame = 0;
  }

  function followCamera(): void {
    isMoving = true;
    redraw();
    cancelRest?.();
    cancelRest = clock.after(restMs, rest);
  }

  /** The map stands still: it is drawn crisply, and the page is told. */
  function rest(): void {
    // A frame of a glide may take longer than a rest; after its last one it rests.
    if (glideFrame !== 0) return;
    isMoving = false;
    dress();
    void loadFineCoast();
    // As long as all is seen, a finger that moves up or down scrolls the page; sideways, and nearer, it moves the map.
    const zoomedIn = zoomOf(camera, size) > firstView(size).zoom * zoomedInFactor;
    element.style.touchAction = zoomedIn ? "none" : "pan-y";
    listener.onView(viewOf(camera, size));
  }

  async function loadFineCoast(): Promise<void> {
    if (fine !== null || worldWidth() < fineCoastFrom) return;
    fine = "loading";
    try {
      const { land50m } = await import("./land-50m.ts");
      fine = coastlineOf(land50m());
      dress();
    } catch {
      // Without network the coarse coast stays, and the next view asks again.
      fine = null;
    }
  }

  function resize(): void {
    const view = viewOf(camera, size);
    size = sizeOf(element);
    camera = cameraOf(wasMoved ? view : firstView(size), size);
    chart.resize(size);
    // Drawn at once: a canvas that was given a size is empty, and would flash.
    draw();
    followCamera();
  }

  /** A station looks otherwise. */
  function repaint(): void {
    chart.touch();
    redraw();
  }

  function redraw(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    chart.show(camera, isMoving);
    pulses.follow();
    lighthouse.follow();
    front.follow();
  }

  /** Where a station is on the map; `null` where it is not seen. */
  function placeOf(stationId: string): PlanePoint | null {
    const point = points.get(stationId);
    const place = point && toCanvas(point, camera, size);
    return place && isSeen(place, chooseReach) ? place : null;
  }

  function isSeen({ x, y }: PlanePoint, margin: number): boolean {
    return x >= -margin && x <= size.width + margin && y >= -margin && y <= size.height + margin;
  }

  /** In pixels. */
  function worldWidth(): number {
    return planeWidth * camera.pixelsPerUnit;
  }
}

const directionOfKey: Record<string, { direction: Direction; dx: number; dy: number }> = {
  ArrowUp: { direction: "up", dx: 0, dy: -1 },
  ArrowDown: { direction: "down", dx: 0, dy: 1 },
  ArrowLeft: { direction: "left", dx: -1, dy: 0 },
  ArrowRight: { direction: "right", dx: 1, dy: 0 },
};

function sizeOf(element: HTMLElement): Size {
  return { width: Math.max(element.clientWidth, 1), height: Math.max(element.clientHeight, 1) };
}

/** What moves by itself lies over the chart, and takes no pointer. */
function addLayer(element: HTMLElement): HTMLElement {
  const layer = document.createElement("div");
  layer.setAttribute("aria-hidden", "true");
  Object.assign(layer.style, { position: "absolute", inset: "0", overflow: "hidden", pointerEvents: "none" });
  return element.appendChild(layer);
}
