// The reverb that bells and glass share.

import type { Waveforms } from "../timbre/waveforms.ts";
import { connect, type Gain, type OutputNode } from "../tone.ts";
import { audioBufferOf } from "./audio-buffers.ts";
import { connectChain, type Nodes } from "./nodes.ts";

/** Reverb send of near sounds. */
export const nearRoom = 0.16;
/** Reverb send of the most distant sounds. */
export const farRoom = 0.9;

/** Delay of the right channel, which widens the echo: one convolution costs half of two. */
const widthS = 0.0125;

/** Makes the reverb for bells and glass. */
export function createRoom(nodes: Nodes, { room, sampleRate }: Waveforms, output: OutputNode) {
  const { context } = nodes;
  // The level is in front of the convolver, because a convolver with silent input costs nothing.
  const input: Gain = nodes.gain(1);
  input.input.channelCount = 1;
  input.input.channelCountMode = "explicit";
  const convolver = context.createConvolver();
  convolver.normalize = false;
  convolver.buffer = audioBufferOf(sampleRate, room);
  const width = context.createDelay(widthS);
  width.delayTime.value = widthS;
  const ears = context.createChannelMerger(2);
  connectChain(input, convolver);
  convolver.connect(ears, 0, 0);
  convolver.connect(width).connect(ears, 0, 1);
  connect(ears, output);
  return { input, level: nodes.settingOf(input) };
}
