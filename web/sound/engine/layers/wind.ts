// The wind layer: band-pass noise that flutters with the gusts.

import { noiseSampleRate, slowSampleRate } from "../../sample-rate.ts";
import type { SetEvent } from "../../sound-event.ts";
import type { Waveforms } from "../../timbre/waveforms.ts";

import { connect, type OutputNode } from "../../tone.ts";
import { fromDb } from "../gain.ts";
import { connectChain, type Nodes } from "../nodes.ts";
import { createFollowing } from "./following.ts";

const flutterMin = 0.15;
const flutterMax = 0.65;
const flutterScale = 1.6;

/** Makes noise through a band-pass whose centre rises with the wind. A second, subsonic noise modulates its level. */
export function createWind(nodes: Nodes, waveforms: Waveforms, output: OutputNode) {
  const band = nodes.filter("bandpass", 800, 1.5);
  const flutter = nodes.coarseGain(1);
  const gain = nodes.coarseGain(0);
  const place = nodes.panner(0);
  const depth = nodes.coarseGain(flutterMin);
  connectChain(nodes.loop(waveforms.wind, noiseSampleRate), band, flutter, gain, place, output);
  connectChain(nodes.loop(waveforms.flutter, slowSampleRate), depth);
  connect(depth, flutter.gain);
  const level = nodes.levelOf(gain);
  const [centre, sharpness] = [nodes.glideOf(band.frequency), nodes.glideOf(band.Q)];
  const [pan, gusts] = [nodes.glideOf(place.pan), nodes.glideOf(depth.gain)];
  const following = createFollowing();
  return {
    silence: following.silence,
    set(event: SetEvent<"wind">, atS: number) {
      const { colourTauS, levelTauS } = following.next(event.gainDb, event.tauS);
      level.to(fromDb(event.gainDb), atS, levelTauS);
      centre.to(event.centreHz, atS, colourTauS);
      sharpness.to(event.q, atS, colourTauS);
      pan.to(event.pan, atS, colourTauS);
      gusts.to(flutterScale * (flutterMin + (flutterMax - flutterMin) * event.gust), atS, colourTauS);
    },
  };
}
