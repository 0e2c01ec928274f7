// Where the layers come together before they leave: a level for each layer, and the master.

import { byLayer, type Layer } from "../sound-event.ts";
import { connect, type Gain } from "../tone.ts";
import { fromDb, sliderGain } from "./gain.ts";
import { connectChain, type Nodes } from "./nodes.ts";
import { createSoftClipper, softClipperRange } from "./soft-clipper.ts";

/** Where the layers come together, each with a level that a listener sets. */
type Buses = {
  layers: Record<Layer, Gain>;
  /** What of distant bells goes into the room beyond what all bells do; it follows the slider of the bells. */
  farBells: Gain;
  master: Gain;
  /** @param level 0..1, as a slider shows it */
  setLevel(layer: Layer, level: number): void;
};

/** How quickly a level follows its slider. */
export const sliderTauS = 0.02;
/** What all that sounds together is scaled by, so that a full storm and all the voices keep below the soft clipper. */
const masterDb = 1.5;

/** Makes a bus for each layer, which all lead to the output. */
export function createBuses(nodes: Nodes, output: AudioNode): Buses {
  const master = nodes.gain(fromDb(masterDb) / softClipperRange);
  connectChain(master, createSoftClipper(nodes.context), output);
  const layers = byLayer(() => nodes.gain(1));
  const levels = byLayer((layer) => nodes.settingOf(layers[layer]));
  for (const bus of Object.values(layers)) connect(bus, master);
  const farBells = nodes.gain(1);
  const farBellsLevel = nodes.settingOf(farBells);

  return {
    layers,
    farBells,
    master,
    setLevel(layer, level) {
      levels[layer].to(sliderGain(level), nodes.now(), sliderTauS);
      if (layer === "bells") farBellsLevel.to(sliderGain(level), nodes.now(), sliderTauS);
    },
  };
}
