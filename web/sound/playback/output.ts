// The way from the engine to the loudspeaker: volume, pause and fades.

import { sliderGain } from "../engine/gain.ts";
import { createGlide } from "../engine/glide.ts";
import { soundSampleRate } from "../sample-rate.ts";

/**
 * Sound is made in pieces of this length, where the device has them: `"balanced"` is 10 ms in Chromium and costs a quarter
 * more, `"playback"` is much longer on some.
 */
const pieceS = 0.02;

/** Short enough to answer at once, long enough not to click: the time constant of a glide. */
const glideS = 0.015;
/** After so long a glide has arrived, for an ear. */
const arrivedMs = 90;

/** The way from the engine to the loudspeaker. */
export type Output = {
  readonly context: AudioContext;
  /** What the engine plays into. */
  readonly mix: GainNode;
  /** What is recorded live: the mix, before volume, mute and fades. To be released once it is. */
  openRecordable(): { stream: MediaStream; release(): void };
  /** @param volume 0..1, as a slider shows it */
  setVolume(volume: number): void;
  /** @param level 0..1 */
  setSleepFade(level: number): void;
  /** Fades in, to the full volume, and lets the context's time go on. */
  run(): void;
  /** Fades out, then the context's time stands still. */
  halt(): void;
};

/** Opens the sound card; a browser allows it only from within a gesture. */
export function openOutput(): Output {
  const context = new AudioContext({ sampleRate: soundSampleRate, latencyHint: pieceS });
  const mix = new GainNode(context);
  const pause = new GainNode(context, { gain: 0 });
  const sleep = new GainNode(context);
  const volume = new GainNode(context);
  mix.connect(pause).connect(sleep).connect(volume).connect(context.destination);
  const [pauseTo, sleepTo, volumeTo] = [gliding(pause), gliding(sleep), gliding(volume)];
  let haltTimer: ReturnType<typeof setTimeout> | undefined;

  function gliding({ gain }: GainNode) {
    const now = () => context.currentTime;
    const glide = createGlide(gain, now);
    return (level: number, tauS = glideS) => glide.to(level, now(), tauS);
  }

  return {
    context,
    mix,
    openRecordable() {
      const recorded = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
      mix.connect(recorded);
      return { stream: recorded.stream, release: () => mix.disconnect(recorded) };
    },
    setVolume(wanted) {
      volumeTo(sliderGain(wanted));
    },
    setSleepFade(level) {
      // It is told once a second; the glide makes a line of the steps.
      sleepTo(sliderGain(level), level === 1 ? glideS : 0.5);
    },
    run() {
      clearTimeout(haltTimer);
      // Rejects only where the page is going away.
      context.resume().catch(() => {});
      sleepTo(1);
      pauseTo(1);
    },
    halt() {
      pauseTo(0);
      clearTimeout(haltTimer);
      haltTimer = setTimeout(() => void context.suspend().catch(() => {}), arrivedMs);
    },
  };
}
