// The layer of moving marks over the chart.

import type { Clock } from "../../../shared/clock.ts";
import { toCanvas } from "../camera/camera.ts";
import type { CameraMotion } from "../camera/camera-motion.ts";
import { isSeen } from "../camera/in-view.ts";
import type { PlanePoint } from "../camera/plane.ts";
import type { Scene } from "../scene.ts";
import { createLighthouse, type Lighthouse } from "./lighthouse.ts";
import { createPulses, type MovingLook } from "./pulses.ts";

/** Moving marks over the chart: rings of bells, the lighthouse. */
type MovingLayer = {
  /**
   * Shows a ring when a bell sounds.
   * @param hardness 0..1, the ring's thickness; `null`: a knock or a bowed bell, thin and dashed
   * @param atMs of {@link Clock.monotonicMs}, may be in the future
   */
  pulse(stationId: string, hardness: number | null, atMs: number): void;
  setLighthouse(light: Lighthouse | null): void;
  /** Starts a turn of the lighthouse. @param atMs of {@link Clock.monotonicMs} */
  turnLighthouse(atMs: number): void;
  /** Restarts the animations after a change of the reduced motion preference. */
  shine(): void;
  /** Updates the layer after the map has moved. */
  follow(): void;
};

/** A ring is still visible when its station is this many pixels outside the map. */
const reach = 22;

/** Adds the layer to a map. It ignores the pointer. */
export function createMovingLayer(
  element: HTMLElement,
  motion: CameraMotion,
  scene: Scene,
  look: MovingLook,
  clock: Clock,
): MovingLayer {
  const layer = document.createElement("div");
  layer.setAttribute("aria-hidden", "true");
  Object.assign(layer.style, { position: "absolute", inset: "0", overflow: "hidden", pointerEvents: "none" });
  element.append(layer);
  const onLayer = (point: PlanePoint) => toCanvas(point, motion.camera, motion.size);
  /** `null` for a station out of sight. */
  const placeOf = (stationId: string) => {
    const station = scene.find(stationId);
    const place = station && onLayer(station);
    return place && isSeen(place, motion.size, reach) ? place : null;
  };
  const pulses = createPulses(layer, placeOf, look, clock);
  const lighthouse = createLighthouse(layer, placeOf, look, clock);

  return {
    pulse: (stationId, hardness, atMs) => pulses.add({ stationId, hardness, atMs }),
    setLighthouse: lighthouse.set,
    turnLighthouse: lighthouse.beginTurn,
    shine: lighthouse.shine,
    follow() {
      pulses.follow();
      lighthouse.follow();
    },
  };
}
