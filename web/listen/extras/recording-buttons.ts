// The buttons that record live, and that save the last hour.

import type { Clock } from "../../../shared/clock.ts";
import { find, make, setText, showAnswer } from "../../dom/dom.ts";
import { type LiveRecording, recordingName } from "../../sound/recording/live-recording.ts";
import { lastHour, recording as words } from "../../words/english/extras.ts";
import { formatClock } from "../../words/format.ts";
import { fill } from "../../words/message.ts";
import type { Playback } from "../playback.ts";

/** Connects the button that records the sound from now on. */
export function followRecording({ player }: Playback, clock: Clock): void {
  const button = find("record", HTMLButtonElement);
  const state = find("recording", HTMLElement);
  /** The seconds are outside the live region, so that a screen reader does not count them. */
  const elapsed = find("recorded", HTMLElement);
  let recording: LiveRecording | null = null;
  button.disabled = false;
  button.addEventListener("click", async () => {
    if (recording === null) {
      recording = player.recordLive();
      showAnswer(state, recording ? words.recording : words.impossible);
      setText(button, recording ? words.stop : words.start);
      return;
    }
    const stopped = recording;
    recording = null;
    setText(button, words.start);
    setText(elapsed, "");
    save(await stopped.stop(), stopped.format.extension, clock);
    showAnswer(state, fill(words.saved, { time: formatClock(stopped.elapsedMs / 1000) }));
  });
  clock.every(1_000, () => {
    if (recording) setText(elapsed, formatClock(recording.elapsedMs / 1000));
  });
}

/** Connects the button that saves the last hour. */
export function followWholeHour({ player }: Playback, clock: Clock): void {
  const button = find("save-hour", HTMLButtonElement);
  const cancel = find("cancel-save", HTMLButtonElement);
  const progress = find("save-progress", HTMLProgressElement);
  const state = find("save-state", HTMLElement);
  let rendering: AbortController | null = null;
  button.disabled = false;
  cancel.addEventListener("click", () => rendering?.abort());
  button.addEventListener("click", async () => {
    if (player.recordableS < 1) return showAnswer(state, lastHour.nothing);
    rendering = new AbortController();
    show(true);
    showAnswer(state, fill(lastHour.rendering, { time: formatClock(player.recordableS) }));
    try {
      const wav = await player.renderLastHour({
        signal: rendering.signal,
        onProgress: (share) => {
          progress.value = share;
        },
      });
      save(wav, "wav", clock);
      showAnswer(state, lastHour.saved);
    } catch (error) {
      showAnswer(
        state,
        rendering.signal.aborted ? lastHour.cancelled : fill(lastHour.failed, { error: String(error) }),
      );
    }
    show(false);
  });

  function show(busy: boolean): void {
    const hasFocus = [button, cancel].some((one) => one === document.activeElement);
    progress.value = 0;
    progress.hidden = cancel.hidden = !busy;
    button.disabled = busy;
    // Hiding or disabling a button removes its focus.
    if (hasFocus) (busy ? cancel : button).focus();
  }
}

function save(blob: Blob, extension: string, clock: Clock): void {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: recordingName(clock.now(), extension) }).click();
  clock.after(60_000, () => URL.revokeObjectURL(url));
}
