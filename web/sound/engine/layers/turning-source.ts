// A continuous tone or throb, played as a loop.

import type { SetEvent } from "../../sound-event.ts";
import { connect, type InputNode } from "../../tone.ts";
import type { AnyContext, Nodes } from "../nodes.ts";
import { loopOf, onGrid, type Turn, turnOn, turnsAt } from "../turning.ts";

/** A loop that plays, from `beginS` to `endS` of the context's time. */
type PlayingLoop = { beginS: number; endS: number; gain: GainNode; source: AudioBufferSourceNode };

/** Crossfade from one loop to the next; both have the same phase. */
const fadeS = 0.005;

/**
 * Makes a continuous tone or throb.
 * An oscillator's phase depends on its whole history, including rounding. The phase of these loops can be computed for
 * any time, so a recording can start anywhere.
 * @param partials levels of the tone and its harmonics
 */
export function createTurningSource(nodes: Nodes, partials: readonly number[], output: InputNode) {
  const { context, beginS } = nodes;
  let turn: Turn | null = null;
  let loops: PlayingLoop[] = [];

  return {
    /** Takes the pitch of an event, if it has one. */
    follow(event: SetEvent & { turns?: number }, atS: number) {
      const fitting = loopOf(event);
      if (fitting === null) {
        // No pitch: the next tone starts with phase 0.
        turn = null;
        return;
      }
      const { loop, sampleRate } = fitting;
      const onGridS = onGrid(beginS + atS);
      const next = turnOn(turn, loop, sampleRate, onGridS);
      if (event.turns !== undefined) next.turns = event.turns;
      else if (turn !== null && (turn.hz === next.hz || onGridS < turn.atS)) return;
      turn = next;
      const startS = Math.max(0, onGridS - beginS);
      for (const playing of loops) end(playing, startS);
      loops = loops.filter(({ endS }) => endS > nodes.now());
      const samples = samplesOf(turn, loop.length, sampleRate, partials, beginS + startS);
      const playing = begin(context, samples, sampleRate, startS);
      connect(playing.gain, output);
      loops.push(playing);
    },
    /** Resets the phase after a fade: the next tone starts with phase 0. */
    silence() {
      turn = null;
    },
  };
}

/**
 * Makes one loop of a tone.
 * @param fromS time of its first sample, which sets the phase
 */
function samplesOf(
  turn: Turn,
  length: number,
  sampleRate: number,
  partials: readonly number[],
  fromS: number,
): Float32Array<ArrayBuffer> {
  const turns = turnsAt(turn, fromS);
  return Float32Array.from({ length }, (_, index) => {
    const angle = 2 * Math.PI * (turns + (turn.hz * index) / sampleRate);
    return partials.reduce((sum, level, place) => sum + level * Math.sin((place + 1) * angle), 0);
  });
}

function begin(
  context: AnyContext,
  samples: Float32Array<ArrayBuffer>,
  sampleRate: number,
  startS: number,
): PlayingLoop {
  const buffer = new AudioBuffer({ length: samples.length, sampleRate });
  buffer.copyToChannel(samples, 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.loop = true;
  const gain = context.createGain();
  gain.gain.value = 0;
  gain.gain.setValueAtTime(0, startS);
  gain.gain.linearRampToValueAtTime(1, startS + fadeS);
  source.connect(gain);
  source.start(startS);
  source.addEventListener("ended", () => gain.disconnect());
  return { beginS: startS, endS: Number.POSITIVE_INFINITY, gain, source };
}

function end(playing: PlayingLoop, atS: number): void {
  if (playing.endS <= atS) return;
  const { gain, source } = playing;
  playing.endS = Math.max(playing.beginS, atS + fadeS);
  if (playing.beginS < atS) {
    gain.gain.cancelScheduledValues(atS);
    gain.gain.setValueAtTime(1, atS);
    gain.gain.linearRampToValueAtTime(0, playing.endS);
  }
  source.stop(playing.endS);
}
