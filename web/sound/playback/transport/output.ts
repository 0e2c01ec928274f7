// The output stage: volume, pause and fades between engine and loudspeaker.

import { sliderGain } from "../../engine/gain.ts";
import { createParamGlide } from "../../engine/glide.ts";
import { soundSampleRate } from "../../sample-rate.ts";

/**
 * Requested buffer length. 20 ms cost 0.6 % of a core more (`bun run bench page-cpu`), and Chromium's `"balanced"`, 10 ms,
 * still more; `"playback"` is much longer on some devices.
 */
const pieceS = 0.04;

/** Time constant of a volume change: short enough to react at once, long enough to avoid clicks. */
const glideS = 0.015;
/** Duration after which a fade is inaudible. */
const arrivedMs = 90;

/** The output stage between the engine and the loudspeaker. */
export type Output = {
  readonly context: AudioContext;
  /** Input for the engine. */
  readonly mix: GainNode;
  /** Opens the mix for a live recording, before volume, mute and fades. Call `release` after it. */
  openRecordable(): { stream: MediaStream; release(): void };
  /** @param volume 0..1, as a slider shows it */
  setVolume(volume: number): void;
  /** @param level 0..1 */
  setSleepFade(level: number): void;
  /**
   * Resumes the context and fades in to the full volume.
   * @param again suspends the context first, to make a clock move that stands still
   */
  run(again?: boolean): void;
  /** Fades out and then suspends the context. */
  halt(): void;
};

/** Opens the sound card. Browsers allow it only within a user gesture. */
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
    const glide = createParamGlide(gain, now);
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
      // The level arrives once a second; the glide smooths the steps.
      sleepTo(sliderGain(level), level === 1 ? glideS : 0.5);
    },
    run(again = false) {
      clearTimeout(haltTimer);
      // They reject only while the page closes.
      if (again) context.suspend().catch(() => {});
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
