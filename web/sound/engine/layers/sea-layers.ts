// The four continuous layers: waves, wind, pressure and water.

import type { SetEvent } from "../../sound-event.ts";
import type { Waveforms } from "../../timbre/waveforms.ts";
import type { OutputNode } from "../../tone.ts";
import type { Nodes } from "../nodes.ts";
import { createDrone } from "./drone.ts";
import { createGlass } from "./glass.ts";
import { createWaves } from "./waves.ts";
import { createWind } from "./wind.ts";

/**
 * Makes the four continuous layers.
 * @param room input of the reverb for the glass
 */
export function createSeaLayers(
  nodes: Nodes,
  waveforms: Waveforms,
  outputs: Record<SetEvent["layer"], OutputNode>,
  room: OutputNode,
) {
  const waves = createWaves(nodes, waveforms, outputs.waves);
  const wind = createWind(nodes, waveforms, outputs.wind);
  const drone = createDrone(nodes, waveforms, outputs.pressure);
  const glass = createGlass(nodes, outputs.water, room);

  return {
    set(event: SetEvent & { turns?: number }, atS: number): void {
      switch (event.layer) {
        case "waves":
          waves.set(event, atS);
          break;
        case "wind":
          wind.set(event, atS);
          break;
        case "pressure":
          drone.set(event, atS);
          break;
        case "water":
          glass.set(event, atS);
          break;
      }
    },
    crest: waves.crest,
    /** Marks all layers as silent, after a switch of the score. */
    silence(): void {
      for (const layer of [waves, wind, drone, glass]) layer.silence();
    },
  };
}
