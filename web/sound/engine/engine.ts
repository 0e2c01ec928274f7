import type { Glide } from "../score/glide.ts";
import { type Layer, layers, type SoundEvent } from "../sound-event.ts";
import type { Waveforms } from "../timbre/waveforms.ts";
import { connect, type Gain } from "../tone.ts";
import { createDrone } from "./drone.ts";
import { createGlass } from "./glass.ts";
import { connectChain, createNodes, fromDb } from "./nodes.ts";
import { createRoom, nearRoom } from "./room.ts";
import { createSeatBelt, seatBeltRange } from "./seat-belt.ts";
import { createStrikes } from "./strikes.ts";
import { createWaves } from "./waves.ts";
import { createWind } from "./wind.ts";

export { Ticker } from "../tone.ts";
export { prepareAudioBuffers } from "./audio-buffers.ts";

/** What makes a score's events audible. Times are those of the context's clock, in seconds. */
export type Engine = {
  /**
   * Schedules an event: it sounds at `startS + event.t`, which is not in the past. But a state, or a wave, may be of the
   * time before the context's beginning: then it is heard as if it had begun back then.
   */
  play(event: PlayedEvent, startS: number): void;
  /**
   * The score was switched: what was scheduled after `atS` does not sound, what sounds then fades. Levels and reverb stay as
   * they were set.
   */
  cancelFrom(atS: number): void;
  /** @param level 0..1, as a slider shows it */
  setLayerLevel(layer: Layer, level: number): void;
  setReverb(on: boolean): void;
  /** How many strokes were cut short, since more sounded than an ear could tell apart. */
  readonly stolen: number;
};

/** `turns`: where in its turn (0..1) a tone or a throb then stands; else it goes on from where it is. */
export type PlayedEvent = SoundEvent & { turns?: number };

export type EngineOptions = {
  /** Time of the context's beginning. What turns without end depends on it, so that a later piece fits the earlier one. */
  beginS?: number;
};

/** What all that sounds together is scaled by, so that a full storm and all the voices keep below the seat belt. */
const masterDb = 1.5;
const sliderTauS = 0.02;
const cancellingTauS = 0.05;

/**
 * The whole instrument, the same live and offline: only the context's clock differs.
 * @param context of the browser, live or offline
 */
export function createEngine(
  context: BaseAudioContext,
  output: AudioNode,
  waveforms: Waveforms,
  { beginS = 0 }: EngineOptions = {},
): Engine {
  const nodes = createNodes(context, beginS);
  const master = nodes.gain(fromDb(masterDb) / seatBeltRange);
  connectChain(master, createSeatBelt(context), output);
  const buses = Object.fromEntries(layers.map((layer) => [layer, nodes.gain(1)])) as Record<Layer, Gain>;
  for (const layer of layers) connect(buses[layer], master);
  const busLevels = Object.fromEntries(layers.map((layer) => [layer, nodes.settingOf(buses[layer])])) as Record<
    Layer,
    Glide
  >;

  const room = createRoom(nodes, waveforms, master);
  /** What of a bell goes into the room beyond what all bells do; it follows the slider of the bells. */
  const farBells = nodes.gain(1);
  const farBellsLevel = nodes.settingOf(farBells);
  connect(farBells, room.input);
  connectChain(buses.bells, nodes.gain(nearRoom), room.input);

  const waves = createWaves(nodes, waveforms, buses.waves);
  const wind = createWind(nodes, waveforms, buses.wind);
  const drone = createDrone(nodes, waveforms, buses.pressure);
  const glass = createGlass(nodes, buses.water, room.input);
  const strikes = createStrikes(nodes, waveforms, { ...buses, far: farBells });

  return {
    play(event, startS) {
      const atS = startS + event.t;
      switch (event.type) {
        case "set":
          set(event, atS);
          break;
        case "crest":
          waves.crest(event, atS);
          break;
        case "introduce":
          break;
        default:
          strikes.strike(event, atS);
      }
    },
    cancelFrom(atS) {
      for (const glide of nodes.glides) glide.holdFrom(atS);
      for (const level of nodes.levels) level.to(0, atS, cancellingTauS);
      for (const layer of [waves, wind, drone, glass]) layer.silence();
      strikes.cancelFrom(atS);
    },
    setLayerLevel(layer, level) {
      // Squared: what an ear takes for half lies far below half.
      busLevels[layer].to(level ** 2, nodes.now(), sliderTauS);
      if (layer === "bells") farBellsLevel.to(level ** 2, nodes.now(), sliderTauS);
    },
    setReverb: (on) => room.level.to(on ? 1 : 0, nodes.now(), sliderTauS),
    get stolen() {
      return strikes.stolen;
    },
  };

  function set(event: Extract<PlayedEvent, { type: "set" }>, atS: number): void {
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
  }
}
