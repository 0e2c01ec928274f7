// Plays one score after another on the engine.

import type { Engine } from "../engine/engine.ts";
import type { Journal } from "../recording/journal.ts";
import type { Score } from "../score/score.ts";
import type { SoundEvent } from "../sound-event.ts";
import { createScheduler } from "./scheduler.ts";

type ScorePlayerListener = {
  /** The engine's time, in seconds. */
  nowS(): number;
  isPaused(): boolean;
  /** An event will sound at `atS` of the engine's time. */
  onSound(event: SoundEvent, atS: number): void;
};

/** One score after another, played on the engine as soon as there is one. */
type ScorePlayer = {
  readonly engine: Engine | null;
  /** Plays a score from its t = 0 now, in place of the last. */
  play(score: Score): void;
  /** Plays the score, from its t = 0, on an engine. */
  beginOn(engine: Engine): void;
  /** Sounds events of the present score that are due now, and looks what else it has come to have. */
  sound(events: readonly SoundEvent[]): void;
  /** Hands out what sounds in the next moments; to be called a few times a second. */
  tick(): void;
  readonly scoreTimeS: number;
};

const lookaheadS = 1.5;
/** A hidden page gets its turn after those in sight. */
const hiddenLookaheadS = 3;
/** Events are told before the next tick's are due. */
const tellAheadS = 0.5;
const hiddenTellAheadS = 1.5;
/** Time to hand the first events over. */
const beginS = 0.03;

/** Makes a player without a score or an engine. @param journal remembers what was heard */
export function createScorePlayer(journal: Journal, { nowS, isPaused, onSound }: ScorePlayerListener): ScorePlayer {
  let engine: Engine | null = null;
  let score: Score | null = null;
  const scheduler = createScheduler({
    play: (event, startS) => engine?.play(event, startS),
    tell(event, atS) {
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
      scheduler.sound(events, nowS());
      // What a burst plans may be due before a hidden page's next tick.
      tick();
    },
    tick,
    get scoreTimeS() {
      return scheduler.scoreTimeS(nowS());
    },
  };

  function begin(): void {
    if (!engine || !score) return;
    const startS = nowS() + beginS;
    engine.cancelFrom(nowS());
    journal.switchAt(nowS());
    scheduler.begin(score, startS);
    tick();
  }

  function tick(): void {
    if (!engine || isPaused()) return;
    const [lookahead, tellAhead] = document.hidden ? [hiddenLookaheadS, hiddenTellAheadS] : [lookaheadS, tellAheadS];
    scheduler.tick(nowS(), lookahead, tellAhead);
  }
}
