// The sleep timer's choice and its remaining time.

import type { Clock } from "../../../shared/clock.ts";
import { find, setText } from "../../dom/dom.ts";
import { createSleepTimer } from "../../sound/playback/sleep-timer.ts";
import * as extraWords from "../../words/english/extras.ts";
import { formatClock } from "../../words/format.ts";
import { fill } from "../../words/message.ts";
import type { Playback } from "../playback.ts";

/** Connects the sleep timer's choice, and shows the remaining time. */
export function followSleep({ player }: Playback, clock: Clock): void {
  const choice = find("sleep", HTMLSelectElement);
  const left = find("sleep-left", HTMLElement);
  const timer = createSleepTimer({
    onFade: player.setSleepFade,
    onEnd() {
      player.pause();
      choice.value = "0";
    },
  });
  choice.addEventListener("change", () => {
    const minutes = Number(choice.value);
    if (minutes === 0) timer.cancel();
    else timer.start(minutes, clock.monotonicMs());
    show();
  });
  clock.every(1_000, () => {
    timer.tick(clock.monotonicMs());
    show();
  });

  function show(): void {
    const ms = timer.remainingMs(clock.monotonicMs());
    setText(left, ms === null ? "" : fill(extraWords.silentIn, { time: formatClock(ms / 1000) }));
  }
}
