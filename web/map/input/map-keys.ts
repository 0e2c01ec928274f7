// Keys of the focused map.

import type { Direction } from "../nearest.ts";

/** Actions for the map's keys. */
type MapKeyActions = {
  /** Selects the next station in a direction. */
  onNext(direction: Direction): void;
  /** Pans by pixels. */
  onPan(dx: number, dy: number): void;
  onZoom(factor: number): void;
  onWholeWorld(): void;
};

const panPixels = 120;
const zoomFactor = 1.6;
const arrows: Record<string, { direction: Direction; dx: number; dy: number }> = {
  ArrowUp: { direction: "up", dx: 0, dy: -1 },
  ArrowDown: { direction: "down", dx: 0, dy: 1 },
  ArrowLeft: { direction: "left", dx: -1, dy: 0 },
  ArrowRight: { direction: "right", dx: 1, dy: 0 },
};

/** Handles the map's keys: arrows select the next station, with Shift they pan; `+`, `-` and `0` zoom. */
export function followMapKeys(element: HTMLElement, actions: MapKeyActions): void {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actionOf(event.key, event.shiftKey, actions);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actionOf(key: string, shifted: boolean, actions: MapKeyActions): (() => void) | null {
  const towards = arrows[key];
  if (towards && shifted) return () => actions.onPan(towards.dx * panPixels, towards.dy * panPixels);
  if (towards) return () => actions.onNext(towards.direction);
  if (key === "+" || key === "=") return () => actions.onZoom(zoomFactor);
  if (key === "-" || key === "_") return () => actions.onZoom(1 / zoomFactor);
  return key === "0" || key === "Home" ? actions.onWholeWorld : null;
}
