// The start of a player's sound.

import type { Engine } from "../engine/engine.ts";
import type { Ticker } from "../tone.ts";

import { createHeardClock, type HeardClock } from "./clock.ts";
import type { EngineParts } from "./engine-loader.ts";
import type { Mix } from "./mix.ts";
import type { ScorePlayer } from "./score-player.ts";
import type { StrikingPlaces } from "./striking-places.ts";
import type { Transport } from "./transport/transport.ts";

/** The parts of a player that the sound needs. */
type SoundParts = {
  load(): Promise<EngineParts>;
  transport: Transport;
  scores: ScorePlayer;
  mix: Mix;
  places: StrikingPlaces;
};

/** The sound's clock and ticks; both are `null` before the start. */
export type Sound = { heard: HeardClock | null; keepTicking: ((on: boolean) => void) | null };

const tickMs = 250;

/**
 * Opens the sound card, makes the engine on it and plays the score; call it in a user gesture.
 * @throws {Error} if the engine or the waveforms cannot be fetched; the sound card is then closed again
 */
export async function startSound(sound: Sound, parts: SoundParts, volume: number): Promise<void> {
  const { load, transport, scores, mix, places } = parts;
  // No await before this line: browsers start sound within a user gesture only.
  const { context, mix: input } = transport.open(volume);
  const clock = createHeardClock(context);
  sound.heard = clock;
  let engine: Engine;
  try {
    const { createEngine, Ticker, waveforms } = await load();
    places.use(waveforms);
    engine = createEngine(context, input, waveforms);
    sound.keepTicking = createTicking(() => new Ticker(tick, "worker", tickMs / 1000));
  } catch (error) {
    await transport.close();
    throw error;
  }
  mix.applyTo(engine);
  scores.beginOn(engine);
  transport.follow();

  function tick(): void {
    clock.read();
    scores.tick();
  }
}

/**
 * Makes a ticker that uses a worker's timer, since browsers slow the timers of a hidden, muted page down to once a
 * minute. It runs only during playback, so a waiting page costs nothing.
 */
function createTicking(createTicker: () => Ticker): (on: boolean) => void {
  let ticker: Ticker | null = null;
  return (on) => {
    ticker?.dispose();
    ticker = on ? createTicker() : null;
  };
}
