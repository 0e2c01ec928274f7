// Brings a score's events to the engine in time.

import type { Score } from "../score/score.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";

type SchedulerListener = {
  /** Hands an event to the engine. It sounds at `startS + event.t`, which is not in the past. */
  play(event: SoundEvent, startS: number): void;
  /** An event will sound within the next moments; it is told in time, yet so late that a pause does not overtake it. */
  tell(event: SoundEvent, atS: number): void;
};

type Scheduler = {
  /** Plays a score from its t = 0 at `startS`; what waits of the last is forgotten. */
  begin(score: Score, startS: number): void;
  /** To be called a few times a second: hands out all that sounds before `nowS + lookaheadS`. */
  tick(nowS: number, lookaheadS: number, tellAheadS: number): void;
  /** Events of the present score that are due now. */
  sound(events: readonly SoundEvent[], nowS: number): void;
  scoreTimeS(nowS: number): number;
};

/** Time for the audio thread to take over, so that no stroke loses its beginning. */
const leadS = 0.02;
/** A stroke this late still belongs to its moment. */
const tolerableS = 0.15;

/**
 * Brings a score's events to the engine in time; all times are of one clock, in seconds.
 *
 * A page that slept finds its events in the past. To play them at once would be a flood: strokes and waves that are long
 * over stay silent, while of each layer the last state applies at once, so that the sea is always that of now. What has no
 * sound of its own is told all the same.
 */
export function createScheduler({ play, tell }: SchedulerListener): Scheduler {
  let score: Score | null = null;
  let startS = 0;
  /** Handed out, but not told yet; in the order in which they sound. */
  let untold: { event: SoundEvent; atS: number }[] = [];

  function handOut(event: SoundEvent, atS: number): void {
    if (event.type !== "introduce") play(event, atS - event.t);
    untold.push({ event, atS });
  }

  function handOutLate(event: SoundEvent, earliestS: number): void {
    const isState = event.type === "set" || event.type === "introduce";
    if (isState || startS + event.t > earliestS - leadS - tolerableS) handOut(event, earliestS);
  }

  return {
    begin(next, atS) {
      score = next;
      startS = atS;
      untold = [];
    },
    tick(nowS, lookaheadS, tellAheadS) {
      const earliestS = nowS + leadS;
      const due = score?.until(nowS - startS + lookaheadS) ?? [];
      const last = lastStates(due, earliestS - startS);
      for (const event of due) {
        if (startS + event.t >= earliestS) handOut(event, startS + event.t);
        else if (event.type !== "set" || last.get(event.layer) === event) handOutLate(event, earliestS);
      }
      untold.sort((a, b) => a.atS - b.atS);
      const told = untold.findIndex(({ atS }) => atS >= nowS + tellAheadS);
      for (const { event, atS } of untold.splice(0, told === -1 ? untold.length : told)) tell(event, atS);
    },
    sound(events, nowS) {
      for (const event of events) {
        const atS = Math.max(startS + event.t, nowS + leadS);
        play(event, atS - event.t);
        tell(event, atS);
      }
    },
    scoreTimeS: (nowS) => (score === null ? 0 : Math.max(0, nowS - startS)),
  };
}

/** Of each layer's states before `t`, the one that holds. */
function lastStates(events: readonly SoundEvent[], t: number): Map<Layer, SoundEvent> {
  const last = new Map<Layer, SoundEvent>();
  for (const event of events) if (event.type === "set" && event.t < t) last.set(event.layer, event);
  return last;
}
