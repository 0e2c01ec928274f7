import type { Clock } from "../../../shared/clock.ts";
import { toCanvas } from "../camera/camera.ts";
import type { CameraMotion } from "../camera/camera-motion.ts";
import { isSeen } from "../camera/in-view.ts";
import type { PlanePoint } from "../camera/plane.ts";
import type { Scene } from "../scene.ts";
import { createBurstFront } from "./burst-front.ts";
import { createLighthouse, type Lighthouse } from "./lighthouse.ts";
import { createPulses, type MovingLook } from "./pulses.ts";

/** What moves by itself over the chart: rings of bells, the front of a burst, the lighthouse. */
type MovingLayer = {
  /**
   * A ring at the instant a bell sounds; of bells in a row, the front.
   * @param hardness 0..1, its thickness; `null`: a knock or a bowed bell, thin and broken
   * @param atMs of {@link Clock.monotonicMs}, may lie ahead
   */
  pulse(stationId: string, hardness: number | null, atMs: number): void;
  setLighthouse(light: Lighthouse | null): void;
  /** The lighthouse begins a turn. @param atMs of {@link Clock.monotonicMs} */
  turnLighthouse(atMs: number): void;
  /** Motion is, or is no longer, to be reduced. */
  shine(): void;
  /** The map has moved. */
  follow(): void;
};

/** A ring is still seen when its station is this far outside, in pixels. */
const reach = 22;

/** Adds the layer to a map. It takes no pointer. */
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
  /** `null` where a station is not seen. */
  const placeOf = (stationId: string) => {
    const station = scene.find(stationId);
    const place = station && onLayer(station);
    return place && isSeen(place, motion.size, reach) ? place : null;
  };
  const pulses = createPulses(layer, placeOf, look, clock);
  const lighthouse = createLighthouse(layer, placeOf, look, clock);
  const front = createBurstFront(layer, onLayer, look, clock);

  return {
    pulse(stationId, hardness, atMs) {
      pulses.add({ stationId, hardness, atMs });
      const station = scene.find(stationId);
      if (station) front.pass(station.longitude, atMs);
    },
    setLighthouse: lighthouse.set,
    turnLighthouse: lighthouse.beginTurn,
    shine: lighthouse.shine,
    follow() {
      pulses.follow();
      lighthouse.follow();
      front.follow();
    },
  };
}
