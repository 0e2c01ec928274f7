import type { PlayerState } from "../sound/playback/player.ts";
import { find, setText } from "../ui/dom.ts";

/** The one button that most people need. */
export type ListenButton = {
  press(): Promise<void>;
  show(state: PlayerState): void;
};

const words: Record<PlayerState, string> = {
  off: "Listen",
  loading: "Tuning the bells…",
  playing: "Pause",
  paused: "Listen",
  interrupted: "Tap to resume",
};

/** @param toggle begins to sound, pauses, or goes on; rejects if it cannot begin, and may be tried again */
export function createListenButton(toggle: () => Promise<void>): ListenButton {
  const button = find("listen", HTMLButtonElement);
  /** The gesture before the click brings interrupted sound back, wherever it is made; the click is not to pause it again. */
  let wasInterrupted = false;
  let isStarting = false;
  for (const gesture of ["pointerdown", "keydown"]) {
    const note = () => (wasInterrupted = document.body.dataset.sound === "interrupted");
    addEventListener(gesture, note, { capture: true });
  }

  return {
    async press() {
      const isAnswered = isStarting || wasInterrupted;
      // A click need not come by a gesture of this page, as that of a voice.
      wasInterrupted = false;
      if (isAnswered) return;
      if (document.body.dataset.sound === "off") {
        // Not disabled: it would lose the focus.
        isStarting = true;
        setText(button, words.loading);
      }
      try {
        await toggle();
      } catch (error) {
        console.info("no sound:", error);
        setText(button, "No sound: try again");
      }
      isStarting = false;
    },
    show(state) {
      document.body.dataset.sound = state;
      setText(button, words[state]);
    },
  };
}
