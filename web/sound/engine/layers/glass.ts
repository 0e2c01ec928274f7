// The water layer: a bowed glass whose pitch is the water temperature.

import type { SetEvent } from "../../sound-event.ts";
import { connect, type OutputNode } from "../../tone.ts";
import { fromDb } from "../gain.ts";
import type { Nodes } from "../nodes.ts";
import { farRoom, nearRoom } from "../room.ts";
import { createFollowing } from "./following.ts";
import { createTurningSource } from "./turning-source.ts";

/** Levels of the fundamental and its octave. */
const partials = [1, 0.05];
/** Exponent that lowers the level of high tones, since they sound louder than low ones. */
const loudness = 0.35;
const referenceHz = 440;

/**
 * Makes a bowed glass.
 * @param room input of the reverb
 */
export function createGlass(nodes: Nodes, output: OutputNode, room: OutputNode) {
  const gain = nodes.gain(0);
  const send = nodes.gain(nearRoom);
  const tone = createTurningSource(nodes, partials, gain);
  connect(gain, output);
  connect(output, send);
  connect(send, room);
  const level = nodes.levelOf(gain);
  const far = nodes.glideOf(send.gain);
  const following = createFollowing();
  return {
    silence() {
      following.silence();
      tone.silence();
    },
    set(event: SetEvent<"water">, atS: number) {
      const { gainDb, hz, room: distance = 0, tauS } = event;
      const { colourTauS, levelTauS } = following.next(gainDb, tauS);
      level.to(fromDb(gainDb) * (referenceHz / hz) ** loudness, atS, levelTauS);
      tone.follow(event, atS);
      far.to(nearRoom + (farRoom - nearRoom) * distance, atS, colourTauS);
    },
  };
}
