// Rings around stations whose bells sound.

import type { Clock } from "../../../shared/clock.ts";
import { animate, keyframes } from "../../dom/motion.ts";
import type { PlanePoint } from "../camera/plane.ts";
import type { MapTheme } from "../colours.ts";

/** A ring around a station. `atMs` is of {@link Clock.monotonicMs}; hardness `null` is not a clear strike. */
type Pulse = { stationId: string; hardness: number | null; atMs: number };

/** The look of moving marks. */
export type MovingLook = {
  readonly theme: MapTheme;
  /** Whether the user prefers reduced motion. */
  readonly still: boolean;
};

/** Nothing on the page may flash more than three times a second; more can trigger a seizure. */
const [maxFlashes, flashesMs] = [3, 1_000];
const lastsMs = 1_800;
const radius = 36;
const firstScale = 0.16;
const stillRadius = 16;
const spreading = keyframes((progress) => ({
  opacity: (1 - progress) ** 1.5,
  scale: firstScale + (1 - firstScale) * (1 - (1 - progress) ** 3),
}));
/** Keyframes for reduced motion. */
const glowing = keyframes((progress) => ({ opacity: Math.sin(Math.PI * progress) }));
const thinnest = 1.25;
const thickerByHardness = 3.5;

/**
 * Shows rings as elements of a layer over the map.
 * @param where returns a station's position on the layer; `null`: out of sight
 */
export function createPulses(
  layer: HTMLElement,
  where: (stationId: string) => PlanePoint | null,
  look: MovingLook,
  clock: Clock,
) {
  const rings = new Map<HTMLElement, string>();
  /** Rings that have faded, for the next bells: for each new element the browser would compose all layers again. */
  const resting: HTMLElement[] = [];
  let flashesAtMs: number[] = [];
  return { add, follow };

  function add(pulse: Pulse): void {
    clock.after(Math.max(0, pulse.atMs - clock.monotonicMs()), () => ring(pulse));
  }

  /** Updates the rings after the map has moved. */
  function follow(): void {
    for (const [element, stationId] of rings) place(element, stationId);
  }

  function ring({ stationId, hardness, atMs }: Pulse): void {
    // A hidden page plays on for hours; its rings are invisible.
    if (document.hidden || !where(stationId)) return;
    const nowMs = clock.monotonicMs();
    flashesAtMs = flashesAtMs.filter((flashAtMs) => nowMs - flashAtMs < flashesMs);
    if (flashesAtMs.length >= maxFlashes) return;
    flashesAtMs.push(nowMs);
    const { still } = look;
    const element = resting.pop() ?? addRing();
    dress(element, hardness, still ? stillRadius : radius);
    place(element, stationId);
    rings.set(element, stationId);
    const fade = animate(element, still ? glowing : spreading, { lastsMs, atMs });
    fade.onfinish = () => {
      fade.cancel();
      rings.delete(element);
      element.className = "";
      resting.push(element);
    };
  }

  function addRing(): HTMLElement {
    const element = document.createElement("i");
    Object.assign(element.style, {
      position: "absolute",
      boxSizing: "border-box",
      borderRadius: "50%",
      opacity: "0",
      willChange: "translate, scale, opacity",
    });
    return layer.appendChild(element);
  }

  function dress(element: HTMLElement, hardness: number | null, reach: number): void {
    const width = hardness === null ? thinnest : thinnest + thickerByHardness * hardness;
    element.className = "pulse";
    Object.assign(element.style, {
      width: `${2 * reach}px`,
      height: `${2 * reach}px`,
      left: `${-reach}px`,
      top: `${-reach}px`,
      border: `${width}px ${hardness === null ? "dashed" : "solid"} ${look.theme.pulse}`,
    });
  }

  function place(element: HTMLElement, stationId: string): void {
    const at = where(stationId);
    if (at) element.style.translate = `${at.x}px ${at.y}px`;
  }
}
