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
import { type Coastline, drawSea, nightAt, projectCoastline } from "./coastline.ts";
import { readTheme } from "./colours.ts";
import { followGestures } from "./gestures.ts";
import { land110m } from "./land-110m.ts";
import { drawBuoy, drawWave, drawWindBarb, type Mark, unknownMark, waveRadius } from "./marks.ts";
import { type Direction, nearestInDirection, nearestTo } from "./nearest.ts";
import { type PlanePoint, planeWidth, project } from "./plane.ts";
import { createPulses } from "./pulses.ts";

export type { MapView } from "./camera.ts";
export { type MapTheme, readTheme, waterColour } from "./colours.ts";
export { drawMark, drawWindBarb, legendMarks, type Mark } from "./marks.ts";
export type { Direction } from "./nearest.ts";
export type { Lighthouse } from "./pulses.ts";

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

type PlacedStation = MapStation & PlanePoint;

const largestPixelRatio = 2;
/** The sea is drawn beyond the edges, so that a small pan uncovers nothing. */
const bleed = 96;
/** Between these the drawn sea is only stretched while the map moves. */
const mostStretched = 1.6;
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
const barbsFrom = 15_000;
const labelsFrom = 20_000;
const mostLabels = 80;
const stationZoom = 8;
const labelFont = "600 12px system-ui, sans-serif";
const labelGap = 7;
const labelHeight = 15;

/**
 * The world on canvas in `element`, which must have a size and gets three canvases; its role, label and place in the tab
 * order are the page's. Keys when it has the focus: arrows choose the next station, with Shift they pan, `+`, `-`, `0`.
 */
export function createWorldMap(element: HTMLElement, listener: WorldMapListener) {
  const seaCanvas = addCanvas(element);
  const marksCanvas = addCanvas(element);
  const pulsesCanvas = addCanvas(element);
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

  let theme = readTheme(element);
  let size = sizeOf(element);
  let camera: Camera = cameraOf(firstView(size), size);
  /** Until then, another size shows another first view. */
  let wasMoved = false;
  /** The camera for which the sea was drawn. */
  let seaCamera: Camera | null = null;
  let coarse: Coastline = [];
  let fine: Coastline | "loading" | null = null;
  let timeMs: number | null = null;
  let night = nightAt(Date.now());

  let stations: PlacedStation[] = [];
  let points = new Map<string, PlacedStation>();
  let marks = new Map<string, Mark>();
  let selected: string | null = null;
  let hovered: string | null = null;

  let frame = 0;
  let glideFrame = 0;
  let restTimer: ReturnType<typeof setTimeout> | undefined;

  const pulses = createPulses(
    (draw) => {
      const context = clearedContext(pulsesCanvas, size);
      if (context) draw(context);
    },
    (stationId) => {
      const point = points.get(stationId);
      return point ? toCanvas(point, camera, size) : null;
    },
    {
      get theme() {
        return theme;
      },
      get still() {
        return lessMotion.matches;
      },
    },
  );

  void projectCoastline(land110m()).then((coastline) => {
    coarse = coastline;
    redrawSea();
  });
  new ResizeObserver(resize).observe(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refreshTheme);
  lessMotion.addEventListener("change", pulses.redraw);
  setInterval(() => timeMs ?? showNight(), minuteMs);
  followGestures(element, {
    onPan: (dx, dy) => move(pan(camera, size, dx, dy)),
    onZoom: zoomAtPoint,
    onTap: (at) => choose(stationAt(at)),
    onHover: (at) => hover(at && stationAt(at)),
  });
  element.addEventListener("keydown", pressKey);
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
    zoomBy,
    panBy,
    setTimeMs,
    setLighthouse: pulses.setLighthouse,
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
    redraw();
  }

  /** The marks of all stations; one without a mark is a dot. */
  function setMarks(all: ReadonlyMap<string, Mark>): void {
    marks = new Map(all);
    redraw();
  }

  /** Drawn in the next frame, however many change before it. */
  function setMark(stationId: string, mark: Mark): void {
    marks.set(stationId, mark);
    redraw();
  }

  /** Shows which station is chosen, without telling the listener. */
  function select(stationId: string | null): void {
    selected = stationId;
    redraw();
  }

  /**
   * A ring at the instant a bell sounds.
   * @param hardness 0..1, its thickness; `null`: a knock or a bowed bell, thin and broken
   * @param atMs of `performance.now()`, may lie ahead
   */
  function pulse(stationId: string, hardness: number | null, atMs: number): void {
    pulses.add({ stationId, hardness, atMs });
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
    timeMs = ms;
    showNight();
  }

  function showNight(): void {
    night = nightAt(timeMs ?? Date.now());
    redrawSea();
  }

  /** Reads the colours again, when the page has changed its style. */
  function refreshTheme(): void {
    theme = readTheme(element);
    redrawSea();
    pulses.redraw();
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
    redraw();
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
      else glideFrame = requestAnimationFrame(step);
      followCamera();
    };
    step(startMs);
  }

  function stopGliding(): void {
    cancelAnimationFrame(glideFrame);
  }

  function followCamera(): void {
    redraw();
    clearTimeout(restTimer);
    restTimer = setTimeout(rest, restMs);
  }

  /** The map stands still: it is drawn crisply, and the page is told. */
  function rest(): void {
    redrawSea();
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
      fine = await projectCoastline(land50m());
      redrawSea();
    } catch {
      // Without network the coarse coast stays, and the next view asks again.
      fine = null;
    }
  }

  function resize(): void {
    const view = viewOf(camera, size);
    size = sizeOf(element);
    camera = cameraOf(wasMoved ? view : firstView(size), size);
    const { pixelRatio } = size;
    fit(seaCanvas, size.width + 2 * bleed, size.height + 2 * bleed, pixelRatio);
    fit(marksCanvas, size.width, size.height, pixelRatio);
    fit(pulsesCanvas, size.width, size.height, pixelRatio);
    seaCamera = null;
    // Drawn at once: a canvas that was given a size is empty, and would flash.
    draw();
    followCamera();
  }

  function redrawSea(): void {
    seaCamera = null;
    redraw();
  }

  function redraw(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    showSea();
    drawMarks();
    pulses.redraw();
  }

  /** While the map moves, the drawn sea is moved and stretched; it is drawn anew when that would show. */
  function showSea(): void {
    const stretch = seaCamera ? camera.pixelsPerUnit / seaCamera.pixelsPerUnit : Infinity;
    if (!seaCamera || stretch > mostStretched || !covers(seaPlace(seaCamera))) {
      const context = seaCanvas.getContext("2d", { alpha: false });
      if (!context) return;
      const coastline = worldWidth() >= fineCoastFrom && fine !== null && fine !== "loading" ? fine : coarse;
      drawSea(context, { coastline, night, theme }, { camera, size, bleed, pixelRatio: size.pixelRatio });
      seaCamera = camera;
    }
    const { left, top, stretch: by } = seaPlace(seaCamera);
    seaCanvas.style.transform = `translate(${left}px, ${top}px) scale(${by})`;
  }

  /** Where a sea that was drawn for another camera belongs now. */
  function seaPlace(drawnFor: Camera): { left: number; top: number; stretch: number } {
    const stretch = camera.pixelsPerUnit / drawnFor.pixelsPerUnit;
    const middle = toCanvas(drawnFor, camera, size);
    return {
      left: middle.x - stretch * (size.width / 2 + bleed),
      top: middle.y - stretch * (size.height / 2 + bleed),
      stretch,
    };
  }

  function covers({ left, top, stretch }: { left: number; top: number; stretch: number }): boolean {
    const right = left + stretch * (size.width + 2 * bleed);
    const bottom = top + stretch * (size.height + 2 * bleed);
    return left <= 0 && top <= 0 && right >= size.width && bottom >= size.height;
  }

  function drawMarks(): void {
    const context = clearedContext(marksCanvas, size);
    if (!context) return;
    const scale = markScale(worldWidth());
    const seen = stations
      .map((station) => ({
        station,
        mark: marks.get(station.stationId) ?? unknownMark,
        ...toCanvas(station, camera, size),
      }))
      .filter((place) => isSeen(place, chooseReach));
    for (const { mark, x, y } of seen) drawWave(context, mark, x, y, scale, theme);
    for (const { mark, station, x, y } of seen) {
      const withBarb = worldWidth() >= barbsFrom || station.stationId === selected;
      if (withBarb) drawWindBarb(context, mark, { x, y, latitude: station.latitude, theme });
      drawBuoy(context, mark, x, y, scale, theme);
    }
    drawLabels(context, seen, scale);
  }

  /** The chosen station first, then as many as have room. */
  function drawLabels(
    context: CanvasRenderingContext2D,
    seen: { station: MapStation; mark: Mark; x: number; y: number }[],
    scale: number,
  ): void {
    const isMarked = (stationId: string) => stationId === selected || stationId === hovered;
    const marked = seen.filter(({ station }) => isMarked(station.stationId));
    const others = worldWidth() < labelsFrom ? [] : seen.filter(({ station }) => !isMarked(station.stationId));
    const taken: { x: number; y: number; width: number }[] = [];
    context.font = labelFont;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const { station, mark, x, y } of [...marked, ...others]) {
      if (taken.length === mostLabels) return;
      if (station.stationId === selected) drawHalo(context, mark, x, y, scale);
      const left = x + labelGap + 5 * scale;
      const { width } = context.measureText(station.stationId);
      const overlaps = taken.some(
        (label) =>
          Math.abs(label.y - y) < labelHeight &&
          left < label.x + label.width + labelGap &&
          label.x < left + width + labelGap,
      );
      if (overlaps) continue;
      taken.push({ x: left, y, width });
      context.strokeStyle = theme.labelHalo;
      context.lineWidth = 3;
      context.strokeText(station.stationId, left, y);
      context.fillStyle = theme.label;
      context.fillText(station.stationId, left, y);
    }
  }

  function drawHalo(context: CanvasRenderingContext2D, mark: Mark, x: number, y: number, scale: number): void {
    context.strokeStyle = theme.selected;
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(x, y, Math.max(waveRadius(mark.waveHeightM ?? 0) * scale + 3, 11), 0, 2 * Math.PI);
    context.stroke();
    drawBuoy(context, mark, x, y, scale * 1.25, theme);
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

/** Small where 900 stations share the world, and never larger than a finger. @param worldWidth in pixels */
function markScale(worldWidth: number): number {
  return Math.min(0.52 * (worldWidth / 900) ** 0.4, 1.4);
}

function sizeOf(element: HTMLElement): Size & { pixelRatio: number } {
  return {
    width: Math.max(element.clientWidth, 1),
    height: Math.max(element.clientHeight, 1),
    pixelRatio: Math.min(devicePixelRatio, largestPixelRatio),
  };
}

function addCanvas(element: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  Object.assign(canvas.style, { position: "absolute", left: "0", top: "0", transformOrigin: "0 0" });
  Object.assign(element.style, { overflow: "hidden", cursor: "grab", touchAction: "pan-y" });
  if (getComputedStyle(element).position === "static") element.style.position = "relative";
  return element.appendChild(canvas);
}

function fit(canvas: HTMLCanvasElement, width: number, height: number, pixelRatio: number): void {
  canvas.width = Math.round(width * pixelRatio);
  canvas.height = Math.round(height * pixelRatio);
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}

function clearedContext(
  canvas: HTMLCanvasElement,
  size: Size & { pixelRatio: number },
): CanvasRenderingContext2D | null {
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.setTransform(size.pixelRatio, 0, 0, size.pixelRatio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  return context;
}
