// The engine: events of a score become nodes of Web Audio.

import type { Layer, SoundEvent } from "../sound-event.ts";
import type { Waveforms } from "../timbre/waveforms.ts";
import { connect } from "../tone.ts";
import { createBuses, sliderTauS } from "./buses.ts";
import { createSeaLayers } from "./layers/sea-layers.ts";
import { createStrikes } from "./layers/strikes.ts";
import { type AnyContext, connectChain, createNodes } from "./nodes.ts";
import { createRoom, nearRoom } from "./room.ts";

// The player fetches this file alone, and has with it all that it needs to sound.
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
type PlayedEvent = SoundEvent & { turns?: number };

type EngineOptions = {
  /** Time of the context's beginning. What turns without end depends on it, so that a later piece fits the earlier one. */
  beginS?: number;
};

/**
 * Makes the whole instrument, the same live and offline: only the context's clock differs.
 * @param context of the browser, live or offline
 */
export function createEngine(
  context: AnyContext,
  output: AudioNode,
  waveforms: Waveforms,
  { beginS = 0 }: EngineOptions = {},
): Engine {
  const nodes = createNodes(context, beginS);
  const { layers: buses, farBells, master, setLevel } = createBuses(nodes, output);
  const room = createRoom(nodes, waveforms, master);
  connect(farBells, room.input);
  connectChain(buses.bells, nodes.gain(nearRoom), room.input);
  const sea = createSeaLayers(nodes, waveforms, buses, room.input);
  const strikes = createStrikes(nodes, waveforms, { ...buses, far: farBells });

  return {
    play(event, startS) {
      const atS = startS + event.t;
      switch (event.type) {
        case "set":
          sea.set(event, atS);
          break;
        case "crest":
          sea.crest(event, atS);
          break;
        case "introduce":
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
