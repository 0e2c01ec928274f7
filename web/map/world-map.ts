// The world map: chart, moving layer, camera and input.

import type { Clock } from "../../shared/clock.ts";
import type { MapView } from "../state/view-url.ts";
import { createAppearance } from "./appearance.ts";
import { pan, type Size } from "./camera/camera.ts";
import { createCameraMotion } from "./camera/camera-motion.ts";
import { stationsInView } from "./camera/in-view.ts";
import { createMoves } from "./camera/moves.ts";
import { planeWidth } from "./camera/plane.ts";
import { followGestures } from "./input/gestures.ts";
import { followMapKeys } from "./input/map-keys.ts";
import { createSelection } from "./input/selection.ts";
import { createChart } from "./layers/chart.ts";
import { createMovingLayer } from "./layers/moving-layer.ts";
import { drawStations } from "./layers/stations.ts";
import { createScene } from "./scene.ts";

type WorldMapListener = {
  /** Called when the user selects a station, by a tap or by keys; `null`: the empty sea. */
  onSelect(stationId: string | null, isTapped: boolean): void;
  /** Called when the map comes to rest in another view. */
  onView(view: MapView): void;
};

/** The map of the page. */
export type WorldMap = ReturnType<typeof createWorldMap>;

/**
 * Draws the world on canvases in `element`, which must have a size. The page sets its role, label and tab order. The
 * map handles mouse, touch and, while it has the focus, keys.
 */
export function createWorldMap(element: HTMLElement, listener: WorldMapListener, clock: Clock) {
  const { scene, motion, look, moving } = assemble(element, listener.onView, clock);
  const selection = createSelection(element, scene, motion, listener.onSelect);
  const moves = createMoves(motion, scene);
  followGestures(element, {
    onPan: (dx, dy) => motion.move(pan(motion.camera, motion.size, dx, dy)),
    onZoom: motion.zoomAtPoint,
    onTap: selection.tap,
    onHover: selection.hover,
  });
  followMapKeys(element, {
    onNext: selection.chooseNext,
    onPan: moves.panBy,
    onZoom: moves.zoomBy,
    onWholeWorld: moves.showWholeWorld,
  });
  const { setStations, setMarks, setMark, select } = scene;
  const { pulse, setLighthouse, turnLighthouse } = moving;
  const { showStation, showWholeWorld, zoomBy } = moves;
  const { chooseNext, nearest } = selection;
  return {
    ...{ setStations, setMarks, setMark, select, chooseNext, nearest },
    ...{ pulse, setLighthouse, turnLighthouse, setTimeMs: look.setTimeMs },
    ...{ setView: motion.setView, showStation, showWholeWorld, zoomBy },
    stationsInView: () => stationsInView(scene, motion),
    get view() {
      return motion.view;
    },
    get theme() {
      return look.theme;
    },
  };
}

/** Connects the parts of the map; each redraws when another one changes. */
function assemble(element: HTMLElement, onView: (view: MapView) => void, clock: Clock) {
  // Otherwise, forced colours would make sea and land the same colour; the theme uses the system's colours itself.
  const style = { overflow: "hidden", cursor: "grab", touchAction: "pan-y", forcedColorAdjust: "none" };
  Object.assign(element.style, style);
  if (getComputedStyle(element).position === "static") element.style.position = "relative";
  let frame = 0;
  const redraw = () => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const scene = createScene(() => {
    chart.touch();
    redraw();
  });
  const motion = createCameraMotion(sizeOf(element), () => look.still, { onMove: redraw, onRest: rest }, clock);
  const chart = createChart(element, (context, camera, size) =>
    drawStations(context, { ...scene, theme: look.theme }, camera, size),
  );
  const look = createAppearance(element, chart, { onChange: redraw, onMotion: () => moving.shine() }, clock);
  const moving = createMovingLayer(element, motion, scene, look, clock);
  new ResizeObserver(resize).observe(element);
  resize();
  return { scene, motion, look, moving };

  function resize(): void {
    motion.resize(sizeOf(element));
    chart.resize(motion.size);
    look.fitTo(planeWidth * motion.camera.pixelsPerUnit);
    // Draw at once: a resized canvas is empty and would flash.
    draw();
  }

  /** Draws the map sharply at rest, and reports the view. */
  function rest(): void {
    look.fitTo(planeWidth * motion.camera.pixelsPerUnit);
    // Until the map is zoomed in, vertical swipes scroll the page and horizontal ones move the map. Zoomed in, all
    // swipes move the map.
    element.style.touchAction = motion.isZoomedIn ? "none" : "pan-y";
    onView(motion.view);
  }

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    chart.show(motion.camera, motion.isMoving);
    moving.follow();
  }
}

function sizeOf(element: HTMLElement): Size {
  return { width: Math.max(element.clientWidth, 1), height: Math.max(element.clientHeight, 1) };
}
