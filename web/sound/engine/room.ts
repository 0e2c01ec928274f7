// The echo.

import type { Waveforms } from "../timbre/waveforms.ts";
import { connect, type Gain, type OutputNode } from "../tone.ts";
import { audioBufferOf } from "./audio-buffers.ts";
import { connectChain, type Nodes } from "./nodes.ts";

/** How much of bells and water goes into the room, near and far. */
export const nearRoom = 0.16;
export const farRoom = 0.9;

/** The echo reaches the right ear so much later, which makes it wide: one convolution costs half of two. */
const widthS = 0.0125;

/** Makes an echo that bells and glass share. */
export function createRoom(nodes: Nodes, { room, sampleRate }: Waveforms, output: OutputNode) {
  const { context } = nodes;
  // Before the convolver, which rests while it is given silence.
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
