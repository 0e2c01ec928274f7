import { find, setText } from "../dom/dom.ts";
import type { PlayerState } from "../sound/playback/player.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

const words: Record<PlayerState, string> = {
  off: "Listen",
  loading: "Tuning the bells…",
  playing: "Pause",
  paused: "Listen",
  interrupted: "Tap to resume",
};

/**
 * Shows the one button that most people need.
 * @param toggle begins to sound, pauses, or goes on; rejects if it cannot begin, and may be tried again
 * @returns what a press of it does
 */
export function showListenButton({ player }: PageState, toggle: () => Promise<void>): () => Promise<void> {
  const button = find("listen", HTMLButtonElement);
  /** The gesture before the click brings interrupted sound back, wherever it is made; the click is not to pause it again. */
  let wasInterrupted = false;
  let isStarting = false;
  for (const gesture of ["pointerdown", "keydown"]) {
    const note = () => {
      wasInterrupted = player.value === "interrupted";
    };
    addEventListener(gesture, note, { capture: true });
  }
  observe([player], () => {
    document.body.dataset.sound = player.value;
    setText(button, words[player.value]);
  });

  return async () => {
    const isAnswered = isStarting || wasInterrupted;
    // A click need not come by a gesture of this page, as that of a voice.
    wasInterrupted = false;
    if (isAnswered) return;
    if (player.value === "off") {
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
  };
}
