// The pressure layer: a throbbing chord.

import type { SetEvent } from "../../sound-event.ts";
import type { Waveforms } from "../../timbre/waveforms.ts";
import { connect, type OutputNode } from "../../tone.ts";
import { fromDb } from "../gain.ts";
import { connectChain, type Nodes } from "../nodes.ts";
import { createFollowing } from "./following.ts";
import { createTurningSource } from "./turning-source.ts";

const throbMiddle = 0.65;
const throbDepth = 0.35;

/** Makes a chord with amplitude modulation (the throb). */
export function createDrone(nodes: Nodes, waveforms: Waveforms, output: OutputNode) {
  const gain = nodes.gain(0);
  const throbbing = nodes.gain(throbMiddle);
  const depth = nodes.gain(throbDepth);
  connectChain(nodes.loop(waveforms.drone, waveforms.sampleRate), throbbing, gain, output);
  connect(depth, throbbing.gain);
  const throb = createTurningSource(nodes, [1], depth);
  const [level, deep] = [nodes.levelOf(gain), nodes.glideOf(depth.gain)];
  const following = createFollowing();
  return {
    silence() {
      following.silence();
      throb.silence();
    },
    set(event: SetEvent<"pressure">, atS: number) {
      const { colourTauS, levelTauS } = following.next(event.gainDb, event.tauS);
      level.to(fromDb(event.gainDb), atS, levelTauS);
      throb.follow(event, atS);
      deep.to(event.throbHz > 0 ? throbDepth : 0, atS, colourTauS);
    },
  };
}
