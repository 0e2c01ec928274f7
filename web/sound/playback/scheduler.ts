// The scheduler: passes score events to the engine in time.

import type { Score } from "../score/score.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";

type SchedulerListener = {
  /** Passes an event to the engine. It sounds at `startS + event.t`, which is not in the past. */
  play(event: SoundEvent, startS: number): void;
  /** Reports an event shortly before it sounds: late enough that a pause cannot cancel it. */
  announce(event: SoundEvent, atS: number): void;
};

type Scheduler = {
  /** Starts a score with its t = 0 at `startS`, and drops pending events of the previous one. */
  begin(score: Score, startS: number): void;
  /** Passes on all events before `nowS + lookaheadS`. Call it a few times a second. */
  tick(nowS: number, lookaheadS: number, announceAheadS: number): void;
  /** Plays events of the current score that are due now. */
  sound(events: readonly SoundEvent[], nowS: number): void;
  /** Returns the position in the score, in seconds. */
  scoreTimeS(nowS: number): number;
};

/** Time that the audio thread needs to start a stroke without losing its attack. */
const leadS = 0.02;
/** A stroke up to this late still sounds. */
const tolerableS = 0.15;

/**
 * Makes a scheduler; all times are in seconds of one clock.
 * After a sleep of the page, its events are in the past, and playing all of them at once would be a flood. Late strokes
 * and waves stay silent. The last state of each layer applies at once, so the sound matches the current sea.
 * Introductions have no sound and are always reported.
 */
export function createScheduler({ play, announce }: SchedulerListener): Scheduler {
  let score: Score | null = null;
  let startS = 0;
  /** Events passed to the engine but not announced yet, sorted by time. */
  let unannounced: { event: SoundEvent; atS: number }[] = [];

  function handOut(event: SoundEvent, atS: number): void {
    if (event.type !== "introduce" && event.type !== "lead") play(event, atS - event.t);
    unannounced.push({ event, atS });
  }

  function handOutLate(event: SoundEvent, earliestS: number): void {
    const isState = event.type === "set" || event.type === "introduce" || event.type === "light";
    if (isState || startS + event.t > earliestS - leadS - tolerableS) handOut(event, earliestS);
  }

  return {
    begin(next, atS) {
      score = next;
      startS = atS;
      unannounced = [];
    },
    tick(nowS, lookaheadS, announceAheadS) {
      const earliestS = nowS + leadS;
      const due = score?.until(nowS - startS + lookaheadS) ?? [];
      const last = lastStates(due, earliestS - startS);
      for (const event of due) {
        if (startS + event.t >= earliestS) handOut(event, startS + event.t);
        else if (event.type !== "set" || last.get(event.layer) === event) handOutLate(event, earliestS);
      }
      unannounced.sort((a, b) => a.atS - b.atS);
      const later = unannounced.findIndex(({ atS }) => atS >= nowS + announceAheadS);
      for (const { event, atS } of unannounced.splice(0, later === -1 ? unannounced.length : later))
        announce(event, atS);
    },
    sound(events, nowS) {
      for (const event of events) {
        const atS = Math.max(startS + event.t, nowS + leadS);
        play(event, atS - event.t);
        announce(event, atS);
      }
    },
    scoreTimeS: (nowS) => (score === null ? 0 : Math.max(0, nowS - startS)),
  };
}

/** Returns the last state of each layer before `t`. */
function lastStates(events: readonly SoundEvent[], t: number): Map<Layer, SoundEvent> {
  const last = new Map<Layer, SoundEvent>();
  for (const event of events) if (event.type === "set" && event.t < t) last.set(event.layer, event);
  return last;
}
