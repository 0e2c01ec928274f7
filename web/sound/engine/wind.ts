import type { SoundEvent } from "../sound-event.ts";
import { flutterSampleRate, type Waveforms } from "../timbre/waveforms.ts";
import { connect } from "../tone.ts";
import { createFollowing } from "./following.ts";
import { connectChain, fromDb, type Nodes } from "./nodes.ts";

type SetWind = Extract<SoundEvent, { type: "set"; layer: "wind" }>;

const flutterLeast = 0.15;
const flutterMost = 0.65;
const flutterScale = 1.6;

/** Noise through a band that howls higher, the stronger the wind; another noise, too slow to be heard, lets it flutter. */
export function createWind(nodes: Nodes, waveforms: Waveforms, output: Parameters<typeof connectChain>[0]) {
  const band = nodes.filter("bandpass", 800, 1.5);
  const flutter = nodes.coarseGain(1);
  const gain = nodes.coarseGain(0);
  const place = nodes.panner(0);
  const depth = nodes.coarseGain(flutterLeast);
  connectChain(nodes.loop(waveforms.wind, waveforms.sampleRate), band, flutter, gain, place, output);
  connectChain(nodes.loop(waveforms.flutter, flutterSampleRate), depth);
  connect(depth, flutter.gain);
  const level = nodes.levelOf(gain);
  const [centre, sharpness] = [nodes.glideOf(band.frequency), nodes.glideOf(band.Q)];
  const [pan, gusts] = [nodes.glideOf(place.pan), nodes.glideOf(depth.gain)];
  const following = createFollowing();
  return {
    silence: following.silence,
    set(event: SetWind, atS: number) {
      const { colourTauS, levelTauS } = following.next(event.gainDb, event.tauS);
      level.to(fromDb(event.gainDb), atS, levelTauS);
      centre.to(event.centreHz, atS, colourTauS);
      sharpness.to(event.q, atS, colourTauS);
      pan.to(event.pan, atS, colourTauS);
      gusts.to(flutterScale * (flutterLeast + (flutterMost - flutterLeast) * event.gust), atS, colourTauS);
    },
  };
}
