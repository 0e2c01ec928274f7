// Media keys and lock screens (Media Session API).

import silenceUrl from "./silence.wav";

/** Handlers for the media keys of a keyboard, headset or lock screen. */
type MediaKeys = { play(): void; pause(): void; stop(): void };

/** The metadata that a lock screen shows. */
export type NowPlaying = { title: string; artist: string; artwork?: MediaImage[] };

type MediaSessionControl = {
  /** Reports playback to the system; call it in a user gesture. */
  playing(): void;
  paused(): void;
  show(nowPlaying: NowPlaying): void;
};

/**
 * Connects media keys, headsets and lock screens to play and pause.
 * Browsers send media keys to media elements only. A page with Web Audio alone gets none (w3c/mediasession does not
 * cover it). A Web Audio stream in a media element counts as a call in Chromium and gets no keys either.
 * So a file of six seconds of silence loops beside the sound; Chromium treats anything below five seconds as a sound
 * effect. The file has the same origin as the player, so the policy needs no `media-src`. On an iPhone it also keeps
 * the ring switch from muting the sound.
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
      // If this fails, the sound continues; only the media keys do not work.
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
