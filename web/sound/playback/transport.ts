// Begin, pause, resume, and what interrupts the sound.

import { createMediaSession, type NowPlaying } from "./media-session.ts";
import { type Output, openOutput } from "./output.ts";

/**
 * `off` before the first start, `loading` until it sounds; `interrupted` where the browser or the system took the sound
 * away: the next gesture brings it back, unless it comes back by itself.
 */
export type PlayerState = "off" | "loading" | "playing" | "paused" | "interrupted";

type TransportListener = {
  /** Whether what is needed to sound is there. */
  canSound(): boolean;
  onState(state: PlayerState): void;
  /** The sound card, or the page, may have slept. */
  onWake(): void;
};

/** Begins, pauses and resumes, by the page as by media keys, and brings the sound back where it was taken away. */
type Transport = {
  /** `null` while it is off. */
  readonly output: Output | null;
  readonly state: PlayerState;
  /** Opens the sound card; to be called in a gesture. */
  open(volume: number): Output;
  /** What is needed to sound is there: follows what the browser, the page and its visitor do. */
  follow(): void;
  /** What is needed to sound could not be had: it is off again. */
  close(): Promise<void>;
  pause(): void;
  resume(): void;
  /** What lock screens and media keys show. */
  showNowPlaying(nowPlaying: NowPlaying): void;
};

/** A browser that has not begun to sound by then will not without a gesture. */
const longestOpeningMs = 1_000;

/** Makes a transport that is off. */
export function createTransport({ canSound, onState, onWake }: TransportListener): Transport {
  let output: Output | null = null;
  let wanted: "playing" | "paused" = "playing";
  let reported: PlayerState = "off";
  const opening = createOpening(report);
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
      output?.context.addEventListener("statechange", takeState);
      document.addEventListener("visibilitychange", takeVisibility);
      for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, comeBack, { capture: true });
      opening.begin();
      takeState();
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
    output.run();
    mediaSession.playing();
    opening.begin();
    report();
  }

  function takeState(): void {
    if (output?.context.state === "running") opening.end();
    report();
    onWake();
  }

  function takeVisibility(): void {
    onWake();
    if (!document.hidden) comeBack();
  }

  function comeBack(): void {
    if (stateNow() === "interrupted") resume();
  }

  function stateNow(): PlayerState {
    if (!output) return "off";
    if (wanted === "paused") return "paused";
    if (!canSound()) return "loading";
    if (output.context.state === "running") return "playing";
    return opening.lasts ? reported : "interrupted";
  }

  function report(): void {
    const state = stateNow();
    if (state === reported) return;
    reported = state;
    onState(state);
  }
}

/** A context takes a moment until it runs: so long the state stays what it was, and nothing is interrupted. */
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
      }, longestOpeningMs);
    },
    end(): void {
      lasts = false;
    },
  };
}
