// A tone or a throb without end, as loops.

import type { SetEvent } from "../../sound-event.ts";
import { connect, type InputNode } from "../../tone.ts";
import type { AnyContext, Nodes } from "../nodes.ts";
import { loopOf, onGrid, type Turn, turnOn, turnsAt } from "../turning.ts";

type Sounding = { beginS: number; endS: number; gain: GainNode; source: AudioBufferSourceNode };

/** From one loop to the next; both are at the same place of their turn. */
const fadeS = 0.005;

/**
 * Makes a tone, or a throb, without end. An oscillator would do, but where it stands depends on all that it ever did, to the
 * last rounding; these loops stand where a calculation says, so that a recording can begin anywhere.
 * @param partials levels of the tone and its harmonics
 */
export function createTurningSource(nodes: Nodes, partials: readonly number[], output: InputNode) {
  const { context, beginS } = nodes;
  let turn: Turn | null = null;
  let soundings: Sounding[] = [];

  return {
    /** Takes the pitch that an event sets, if it sets one. */
    follow(event: SetEvent & { turns?: number }, atS: number) {
      const fitting = loopOf(event);
      if (fitting === null) {
        // Held: what comes after it begins at the start of a turn.
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
      for (const sounding of soundings) end(sounding, startS);
      soundings = soundings.filter(({ endS }) => endS > nodes.now());
      const samples = samplesOf(turn, loop.length, sampleRate, partials, beginS + startS);
      const sounding = begin(context, samples, sampleRate, startS);
      connect(sounding.gain, output);
      soundings.push(sounding);
    },
    /** From a moment on there is silence, and what comes then begins at the start of a turn. */
    silence() {
      turn = null;
    },
  };
}

/** Makes one loop of a tone. @param fromS the time of its first sample, which says where in its turn it stands */
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

function begin(context: AnyContext, samples: Float32Array<ArrayBuffer>, sampleRate: number, startS: number): Sounding {
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

function end(sounding: Sounding, atS: number): void {
  if (sounding.endS <= atS) return;
  const { gain, source } = sounding;
  sounding.endS = Math.max(sounding.beginS, atS + fadeS);
  if (sounding.beginS < atS) {
    gain.gain.cancelScheduledValues(atS);
    gain.gain.setValueAtTime(1, atS);
    gain.gain.linearRampToValueAtTime(0, sounding.endS);
  }
  source.stop(sounding.endS);
}
