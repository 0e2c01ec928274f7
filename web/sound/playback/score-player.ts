// Playback of one score after another on the engine.

import type { Engine } from "../engine/engine.ts";
import type { Journal } from "../recording/journal.ts";
import type { Score } from "../score/score.ts";
import type { SoundEvent } from "../sound-event.ts";
import { createScheduler } from "./scheduler.ts";

type ScorePlayerListener = {
  /** The engine's time, in seconds. */
  nowS(): number;
  isPaused(): boolean;
  /** Returns an event as the waveforms made so far can sound it; the journal records it like this. */
  playable(event: SoundEvent): SoundEvent;
  /** Called shortly before an event sounds at `atS` of the engine's time. */
  onSound(event: SoundEvent, atS: number): void;
  /** Called a few times a second: all events before `untilS` of the engine's time were reported. */
  onReported(untilS: number): void;
};

/** Plays one score after another on the engine. */
export type ScorePlayer = {
  readonly engine: Engine | null;
  /** Plays a score from its t = 0 and replaces the previous one. */
  play(score: Score): void;
  /** Sets the engine and plays the score on it from its t = 0. */
  beginOn(engine: Engine): void;
  /** Plays events of the current score that are due now, and checks the score for others. */
  sound(events: readonly SoundEvent[]): void;
  /** Passes the next events to the engine. Call it a few times a second. */
  tick(): void;
  /** Position in the score, in seconds. */
  readonly scoreTimeS: number;
};

const lookaheadS = 1.5;
/** Browsers run the timers of hidden pages later than those of visible ones. */
const hiddenLookaheadS = 3;
/** Events are announced before the next tick. */
const announceAheadS = 0.5;
const hiddenAnnounceAheadS = 1.5;
/** Time to pass the first events to the engine. */
const beginS = 0.03;

/**
 * Makes a player without a score or an engine.
 * @param journal records the sound for a later render
 */
export function createScorePlayer(
  journal: Journal,
  { nowS, isPaused, playable, onSound, onReported }: ScorePlayerListener,
): ScorePlayer {
  let engine: Engine | null = null;
  let score: Score | null = null;
  const scheduler = createScheduler({
    play: (event, startS) => engine?.play(event, startS),
    announce(event, atS) {
      journal.add({ kind: "event", event, atS });
      onSound(event, atS);
    },
  });

  return {
    get engine() {
      return engine;
    },
    play(next) {
      score = next;
      begin();
    },
    beginOn(made) {
      engine = made;
      begin();
    },
    sound(events) {
      scheduler.sound(events.map(playable), nowS());
      // A bell of a burst may be due before a hidden page's next tick.
      tick();
    },
    tick,
    get scoreTimeS() {
      return scheduler.scoreTimeS(nowS());
    },
  };

  function begin(): void {
    if (!engine || !score) return;
    const playing = score;
    const startS = nowS() + beginS;
    engine.cancelFrom(nowS());
    journal.switchAt(nowS());
    scheduler.begin({ until: (t) => playing.until(t).map(playable) }, startS);
    tick();
  }

  function tick(): void {
    if (!engine || isPaused()) return;
    const [lookahead, announceAhead] = document.hidden
      ? [hiddenLookaheadS, hiddenAnnounceAheadS]
      : [lookaheadS, announceAheadS];
    scheduler.tick(nowS(), lookahead, announceAhead);
    onReported(nowS() + announceAhead);
  }
}
