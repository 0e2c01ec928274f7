// Pointer gestures on the map: drag, wheel, pinch, double click and tap.

import type { PlanePoint } from "../camera/plane.ts";

/** Receives pointer gestures, in CSS pixels from the map's upper left corner. */
type GestureListener = {
  onPan(dx: number, dy: number): void;
  /** Zooms the map. @returns whether the zoom changed; if not, the page may scroll */
  onZoom(factor: number, at: PlanePoint): boolean;
  onTap(at: PlanePoint): void;
  /** Receives the pointer's position; `null`: the pointer has left. */
  onHover(at: PlanePoint | null): void;
};

/** Max pixels that a finger may move during a tap. */
const tapReach = 8;
const doubleClickFactor = 2;
/** A wheel notch, 100 pixels, zooms by a fifth. */
const wheelFactorPerPixel = 1.0019;
/** Browsers report a trackpad pinch as a wheel event with the Control key, in smaller steps. */
const pinchFactorPerPixel = 1.01;
const pixelsPerLine = 33;

/** Follows mouse, pen and fingers: drag, wheel, pinch, double click, tap. */
export function followGestures(element: HTMLElement, listener: GestureListener): void {
  followPointers(element, listener);
  element.addEventListener("dblclick", (event) => {
    event.preventDefault();
    listener.onZoom(event.shiftKey ? 1 / doubleClickFactor : doubleClickFactor, placeOn(element, event));
  });
  element.addEventListener(
    "wheel",
    (event) => {
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? pixelsPerLine : 1);
      const perPixel = event.ctrlKey ? pinchFactorPerPixel : wheelFactorPerPixel;
      if (listener.onZoom(perPixel ** -pixels, placeOn(element, event)) || event.ctrlKey) event.preventDefault();
    },
    { passive: false },
  );
}

function followPointers(element: HTMLElement, listener: GestureListener): void {
  const pointers = new Map<number, PlanePoint>();
  /** Start of a press that may still become a tap. */
  let pressedAt: PlanePoint | null = null;

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const at = placeOn(element, event);
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at);
    pressedAt = pointers.size === 1 ? at : null;
  });
  element.addEventListener("pointermove", (event) => {
    const at = placeOn(element, event);
    const last = pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType === "mouse") listener.onHover(at);
      return;
    }
    if (pressedAt && Math.hypot(at.x - pressedAt.x, at.y - pressedAt.y) <= tapReach) return;
    if (pressedAt) {
      pressedAt = null;
      listener.onHover(null);
    }
    pointers.set(event.pointerId, at);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) pinch(last, at, other, listener);
    else listener.onPan(at.x - last.x, at.y - last.y);
  });
  element.addEventListener("pointerup", (event) => {
    const tapped = pressedAt;
    end(event);
    if (tapped) listener.onTap(tapped);
  });
  element.addEventListener("pointercancel", end);
  element.addEventListener("pointerleave", () => listener.onHover(null));

  function end(event: PointerEvent): void {
    pointers.delete(event.pointerId);
    pressedAt = null;
  }
}

/** Handles one of two fingers moving. The middle of both moves half as far. */
function pinch(last: PlanePoint, at: PlanePoint, other: PlanePoint, listener: GestureListener): void {
  listener.onPan((at.x - last.x) / 2, (at.y - last.y) / 2);
  const before = Math.hypot(last.x - other.x, last.y - other.y);
  const after = Math.hypot(at.x - other.x, at.y - other.y);
  if (before > 0) listener.onZoom(after / before, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
}

function placeOn(element: HTMLElement, { clientX, clientY }: MouseEvent): PlanePoint {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
