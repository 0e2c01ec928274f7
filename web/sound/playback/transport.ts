// The transport: start, pause, resume and interruptions.

import type { Clock } from "../../../shared/clock.ts";
import { createMediaSession, type NowPlaying } from "./media-session.ts";
import { type Output, openOutput } from "./output.ts";
import { createStandstill } from "./standstill.ts";

/**
 * State of playback. `off`: before the first start; `loading`: until the first sound; `interrupted`: the browser, the
 * system or a lost device stopped the sound. The next user gesture resumes it, unless it resumes by itself.
 */
export type PlayerState = "off" | "loading" | "playing" | "paused" | "interrupted";

type TransportListener = {
  /** Returns whether the engine is ready. */
  canSound(): boolean;
  onState(state: PlayerState): void;
  /** Called when the sound card or the page may have woken from sleep. */
  onWake(): void;
};

/** Starts, pauses and resumes the sound for the page and the media keys, and recovers from interruptions. */
type Transport = {
  /** `null` in the state `off`. */
  readonly output: Output | null;
  readonly state: PlayerState;
  /** Opens the sound card; call it in a user gesture. */
  open(volume: number): Output;
  /** Observes the audio context, the page's visibility and user gestures. Call it when the engine is ready. */
  follow(): void;
  /** Closes the sound card after a failed start; the state is `off` again. */
  close(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Sets the metadata for lock screens and media keys. */
  showNowPlaying(nowPlaying: NowPlaying): void;
};

/** Time limit for the context to start; after it the browser waits for a user gesture. */
const maxOpeningMs = 1_000;

/** Makes a transport in the state `off`. */
export function createTransport({ canSound, onState, onWake }: TransportListener, clock: Clock): Transport {
  let output: Output | null = null;
  let wanted: "playing" | "paused" = "playing";
  let reported: PlayerState = "off";
  const opening = createOpening(report);
  const standstill = createStandstill(runningS, report, clock);
  const mediaSession = createMediaSession({ play: resume, pause, stop: pause });

  return {
    get output() {
      return output;
    },
    get state() {
      return stateNow();
    },
    open(volume) {
      const opened = openOutput();
      output = opened;
      wanted = "playing";
      opening.begin();
      opened.setVolume(volume);
      opened.run();
      mediaSession.playing();
      report();
      return opened;
    },
    follow() {
      output?.context.addEventListener("statechange", onContextState);
      document.addEventListener("visibilitychange", onVisibility);
      for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, recover, { capture: true });
      opening.begin();
      standstill.watch();
      onContextState();
    },
    async close() {
      const closed = output;
      output = null;
      await closed?.context.close();
      mediaSession.paused();
      report();
    },
    pause,
    resume,
    showNowPlaying: mediaSession.show,
  };

  function pause(): void {
    if (!output || wanted === "paused") return;
    wanted = "paused";
    output.halt();
    mediaSession.paused();
    report();
  }

  function resume(): void {
    if (!output) return;
    wanted = "playing";
    output.run(standstill.stands);
    standstill.watch();
    mediaSession.playing();
    opening.begin();
    report();
  }

  /** Returns the audio clock's time if it should advance. */
  function runningS(): number | null {
    return output?.context.state === "running" && wanted === "playing" ? output.context.currentTime : null;
  }

  function onContextState(): void {
    if (output?.context.state === "running") opening.end();
    report();
    onWake();
  }

  function onVisibility(): void {
    onWake();
    if (!document.hidden) recover();
  }

  function recover(): void {
    if (stateNow() === "interrupted") resume();
  }

  function stateNow(): PlayerState {
    if (!output) return "off";
    if (wanted === "paused") return "paused";
    if (!canSound()) return "loading";
    if (output.context.state === "running" && !standstill.stands) return "playing";
    return opening.lasts ? reported : "interrupted";
  }

  function report(): void {
    const state = stateNow();
    if (state === reported) return;
    reported = state;
    onState(state);
  }
}

/**
 * Tracks the start of the context. It takes a moment, during which the state stays the same and is not `interrupted`.
 */
function createOpening(onTimeout: () => void) {
  let lasts = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    get lasts() {
      return lasts;
    },
    begin(): void {
      lasts = true;
      clearTimeout(timer);
      timer = setTimeout(() => {
        lasts = false;
        onTimeout();
      }, maxOpeningMs);
    },
    end(): void {
      lasts = false;
    },
  };
}
