// Media keys and lock screens.

import silenceUrl from "./silence.wav";

/** What a lock screen or a keyboard's media keys ask for. */
type MediaKeys = { play(): void; pause(): void; stop(): void };

/** What a lock screen shows. */
export type NowPlaying = { title: string; artist: string; artwork?: MediaImage[] };

type MediaSessionControl = {
  /** To be called from within a gesture. */
  playing(): void;
  paused(): void;
  show(nowPlaying: NowPlaying): void;
};

/**
 * Lets media keys, headsets and lock screens play and pause.
 *
 * Browsers give media keys to media elements only: a page whose sound comes from Web Audio alone gets none (w3c/mediasession
 * leaves it out), and a stream of Web Audio in an element counts as a call in Chromium, without keys. So a file of six
 * seconds of silence loops beside the sound; below five seconds Chromium takes it for an effect. It lies with the player's
 * other files, hence the policy needs no `media-src`. On an iPhone it also keeps the ring switch from muting the sea.
 */
export function createMediaSession(keys: MediaKeys): MediaSessionControl {
  const session: MediaSession | undefined = navigator.mediaSession;
  let silence: HTMLAudioElement | null = null;

  session?.setActionHandler("play", keys.play);
  session?.setActionHandler("pause", keys.pause);
  session?.setActionHandler("stop", keys.stop);

  return {
    playing() {
      if (!session) return;
      silence ??= Object.assign(new Audio(silenceUrl), { loop: true });
      // Without it the sound is the same; only the keys do nothing.
      silence.play().catch(() => {});
      session.playbackState = "playing";
    },
    paused() {
      if (!session) return;
      silence?.pause();
      session.playbackState = "paused";
    },
    show(nowPlaying) {
      if (session) session.metadata = new MediaMetadata(nowPlaying);
    },
  };
}
