// The Listen button.

import type { Announcer } from "../dom/announcer.ts";
import { find, setText } from "../dom/dom.ts";
import type { PlayerState } from "../sound/playback/player.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import * as buttonWords from "../words/english/buttons.ts";

const words = buttonWords.listen satisfies Record<PlayerState, string>;

/**
 * Shows the Listen button.
 * @param announcer says that the sound cannot start, to a user whose focus is elsewhere
 * @param toggle starts, pauses or resumes the sound; rejects if it cannot start, and may be called again
 * @returns the button's action
 */
export function showListenButton(
  { player }: PageState,
  { answer }: Announcer,
  toggle: () => Promise<void>,
): () => Promise<void> {
  const button = find("listen", HTMLButtonElement);
  /**
   * A gesture anywhere on the page resumes interrupted sound before its click event; that click must not pause it
   * again.
   */
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
    // A click may come without a gesture on this page, e.g. from voice control.
    wasInterrupted = false;
    if (isAnswered) return;
    if (player.value === "off") {
      // Do not disable the button: it would lose the focus.
      isStarting = true;
      setText(button, words.loading);
    }
    try {
      await toggle();
    } catch (error) {
      console.info("could not start the sound:", error);
      setText(button, words.failed);
      if (document.activeElement !== button) answer(() => words.failed);
    }
    isStarting = false;
  };
}
