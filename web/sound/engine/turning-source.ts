import { loopOf, onGrid, type Turn, turnOn, turnsAt } from "../score/turning.ts";
import type { SoundEvent } from "../sound-event.ts";
import { connect } from "../tone.ts";
import type { Nodes } from "./nodes.ts";

type Sounding = { beginS: number; endS: number; gain: GainNode; source: AudioBufferSourceNode };

/** From one loop to the next; both are at the same place of their turn. */
const fadeS = 0.005;

/**
 * A tone, or a throb, without end. An oscillator would do, but where it stands depends on all that it ever did, to the
 * last rounding; these loops stand where a calculation says, so that a recording can begin anywhere.
 * @param partials levels of the tone and its harmonics
 */
export function createTurningSource(nodes: Nodes, partials: readonly number[], output: Parameters<typeof connect>[1]) {
  const { context, beginS } = nodes;
  let turn: Turn | null = null;
  let soundings: Sounding[] = [];

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

  return {
    /** Takes the pitch that an event sets, if it sets one. */
    follow(event: Extract<SoundEvent, { type: "set" }> & { turns?: number }, atS: number) {
      const fitting = loopOf(event);
      if (fitting === null) {
        // Held: what comes after it begins anew.
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
      soundings.push(begin(loop.length, sampleRate, startS));
    },
    /** From a moment on there is silence, and what comes then begins anew. */
    silence() {
      turn = null;
    },
  };

  function begin(length: number, sampleRate: number, startS: number): Sounding {
    const buffer = new AudioBuffer({ length, sampleRate });
    buffer.copyToChannel(samplesOf(turn as Turn, length, sampleRate, beginS + startS), 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = true;
    const gain = context.createGain();
    gain.gain.value = 0;
    gain.gain.setValueAtTime(0, startS);
    gain.gain.linearRampToValueAtTime(1, startS + fadeS);
    source.connect(gain);
    connect(gain, output);
    source.start(startS);
    source.addEventListener("ended", () => gain.disconnect());
    return { beginS: startS, endS: Number.POSITIVE_INFINITY, gain, source };
  }

  function samplesOf(turning: Turn, length: number, sampleRate: number, fromS: number): Float32Array<ArrayBuffer> {
    const turns = turnsAt(turning, fromS);
    return Float32Array.from({ length }, (_, index) => {
      const angle = 2 * Math.PI * (turns + (turning.hz * index) / sampleRate);
      return partials.reduce((sum, level, place) => sum + level * Math.sin((place + 1) * angle), 0);
    });
  }
}
