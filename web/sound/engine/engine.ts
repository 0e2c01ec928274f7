// The sound engine: turns score events into Web Audio nodes.

import type { Layer, SoundEvent } from "../sound-event.ts";
import type { Waveforms } from "../timbre/waveforms.ts";
import { connect } from "../tone.ts";
import { createBuses, sliderTauS } from "./buses.ts";
import { createLight } from "./layers/light.ts";
import { createSeaLayers } from "./layers/sea-layers.ts";
import { createStrikes } from "./layers/strikes.ts";
import { type AnyContext, connectChain, createNodes } from "./nodes.ts";
import { createRoom, nearRoom } from "./room.ts";

// The page imports this file only, so it also exports the other parts that playback needs.
export { Ticker } from "../tone.ts";
export { prepareAudioBuffers } from "./audio-buffers.ts";

/** Plays score events. Times are in seconds of the context's clock. */
export type Engine = {
  /**
   * Schedules an event at `startS + event.t`, which must not be in the past. Only a state or a wave may be earlier than
   * the start of the context; it then sounds as if it had started at that time.
   */
  play(event: PlayedEvent, startS: number): void;
  /**
   * Stops the current score: drops events scheduled after `atS` and fades what sounds. Levels and reverb do not change.
   */
  cancelFrom(atS: number): void;
  /** @param level 0..1, as a slider shows it */
  setLayerLevel(layer: Layer, level: number): void;
  /** Turns the echo on or off. */
  setReverb(on: boolean): void;
  /** Number of strokes cut short because too many sounded at once. */
  readonly stolen: number;
};

/** A score event. `turns` sets the phase (0..1) of a tone or throb; without it the phase continues. */
type PlayedEvent = SoundEvent & { turns?: number };

type EngineOptions = {
  /** Start time of the context, in seconds. It sets the phase of the loops, so a later piece fits the earlier one. */
  beginS?: number;
};

/**
 * Makes the engine for an online or offline context.
 * @param context the browser's audio context, live or offline
 */
export function createEngine(
  context: AnyContext,
  output: AudioNode,
  waveforms: Waveforms,
  { beginS = 0 }: EngineOptions = {},
): Engine {
  const nodes = createNodes(context, beginS);
  const { layers: buses, farBells, master, shelf, setLevel } = createBuses(nodes, output);
  const nearBells = nodes.gain(nearRoom);
  const light = createLight(nodes, shelf, nearBells);
  const room = createRoom(nodes, waveforms, master);
  connect(farBells, room.input);
  connectChain(buses.bells, nearBells, room.input);
  const sea = createSeaLayers(nodes, waveforms, buses, room.input);
  const strikes = createStrikes(nodes, waveforms, { ...buses, far: farBells });

  return {
    play(event, startS) {
      const atS = startS + event.t;
      switch (event.type) {
        case "set":
          sea.set(event, atS);
          break;
        case "light":
          light.set(event, atS);
          break;
        case "crest":
          sea.crest(event, atS);
          break;
        case "introduce":
        case "lead":
          break;
        default:
          strikes.strike(event, atS);
      }
    },
    cancelFrom(atS) {
      nodes.cancelFrom(atS);
      sea.silence();
      strikes.cancelFrom(atS);
    },
    setLayerLevel: setLevel,
    setReverb: (on) => room.level.to(on ? 1 : 0, nodes.now(), sliderTauS),
    get stolen() {
      return strikes.stolen;
    },
  };
}
