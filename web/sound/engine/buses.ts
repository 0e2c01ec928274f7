// The buses of the engine: a gain per layer, and the master with its soft clipper.

import { byLayer, type Layer } from "../sound-event.ts";
import { type BiquadFilter, connect, type Gain } from "../tone.ts";
import { fromDb, sliderGain } from "./gain.ts";
import { connectChain, type Nodes } from "./nodes.ts";
import { createSoftClipper, softClipperRange } from "./soft-clipper.ts";

/** The buses of the engine, one per layer. */
type Buses = {
  layers: Record<Layer, Gain>;
  /** Extra reverb send for distant bells. It follows the slider of the bells. */
  farBells: Gain;
  master: Gain;
  /** Filter of the whole mix, for the colour of the hour. */
  shelf: BiquadFilter;
  /** @param level 0..1, as a slider shows it */
  setLevel(layer: Layer, level: number): void;
};

/** Time constant with which a level follows its slider, in seconds. */
export const sliderTauS = 0.02;
/** Frequency above which the hour colours the sound. */
const shelfHz = 1_200;
/** Gain of the whole mix, in dB: a full storm with all voices stays below the soft clipper. */
const masterDb = 1.9;

/** Makes a bus for each layer and connects all of them to the output. */
export function createBuses(nodes: Nodes, output: AudioNode): Buses {
  const master = nodes.gain(fromDb(masterDb) / softClipperRange);
  const shelf = nodes.filter("highshelf", shelfHz, 0);
  connectChain(master, shelf, createSoftClipper(nodes.context), output);
  const layers = byLayer(() => nodes.gain(1));
  const levels = byLayer((layer) => nodes.settingOf(layers[layer]));
  for (const bus of Object.values(layers)) connect(bus, master);
  const farBells = nodes.gain(1);
  const farBellsLevel = nodes.settingOf(farBells);

  return {
    layers,
    farBells,
    master,
    shelf,
    setLevel(layer, level) {
      levels[layer].to(sliderGain(level), nodes.now(), sliderTauS);
      if (layer === "bells") farBellsLevel.to(sliderGain(level), nodes.now(), sliderTauS);
    },
  };
}
