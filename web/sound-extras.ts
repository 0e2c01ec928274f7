import type { Clock } from "../shared/clock.ts";
import { find, make, setText } from "./dom.ts";
import type { Listening } from "./listening.ts";
import { createMixer } from "./mixer.ts";
import type { MidiOut } from "./sound/midi-output.ts";
import { type LiveRecording, recordingName } from "./sound/recording.ts";
import { createSleepTimer } from "./sound/sleep-timer.ts";
import { type Layer, layers } from "./sound/sound-event.ts";

/**
 * Wires what few need, and then gladly: the mixer, the sleep timer, the recordings and MIDI.
 * @param levels of the layers, 0..1; the mixer changes them
 * @param onLevel told when it has
 */
export function createSoundExtras(
  listening: Listening,
  levels: Record<Layer, number>,
  onLevel: () => void,
  clock: Clock,
): void {
  followMixer(listening, levels, onLevel);
  followSleep(listening, clock);
  followRecording(listening, clock);
  followWholeHour(listening, clock);
  followMidi(listening);
}

function followMixer({ player }: Listening, levels: Record<Layer, number>, onLevel: () => void): void {
  const mixer = createMixer(
    find("mixer", HTMLElement),
    (layer, level) => {
      levels[layer] = level;
      onLevel();
    },
    (heard) => {
      for (const layer of layers) player.setLayerLevel(layer, heard[layer]);
    },
  );
  mixer.show(levels);
}

function followSleep({ player }: Listening, clock: Clock): void {
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
    setText(left, ms === null ? "" : `Silent in ${formatClock(ms / 1000)}`);
  }
}

function followRecording({ player }: Listening, clock: Clock): void {
  const button = find("record", HTMLButtonElement);
  const state = find("recording", HTMLElement);
  /** Beside the state, which a screen reader reads out: it is not to count the seconds. */
  const elapsed = find("recorded", HTMLElement);
  let recording: LiveRecording | null = null;
  button.disabled = false;
  button.addEventListener("click", async () => {
    if (recording === null) {
      recording = player.recordLive();
      setText(
        state,
        recording ? "Recording…" : "Nothing plays yet, or this browser cannot record; the last hour can be saved.",
      );
      setText(button, recording ? "Stop and save" : "Record what is heard");
      return;
    }
    const stopped = recording;
    recording = null;
    setText(button, "Record what is heard");
    setText(elapsed, "");
    save(await stopped.stop(), stopped.format.extension, clock);
    setText(state, `Saved ${formatClock(stopped.elapsedMs / 1000)}.`);
  });
  clock.every(1_000, () => {
    if (recording) setText(elapsed, formatClock(recording.elapsedMs / 1000));
  });
}

function followWholeHour({ player }: Listening, clock: Clock): void {
  const button = find("save-hour", HTMLButtonElement);
  const cancel = find("cancel-save", HTMLButtonElement);
  const progress = find("save-progress", HTMLProgressElement);
  const state = find("save-state", HTMLElement);
  let rendering: AbortController | null = null;
  button.disabled = false;
  cancel.addEventListener("click", () => rendering?.abort());
  button.addEventListener("click", async () => {
    if (player.recordableS < 1) return setText(state, "Nothing has been heard yet.");
    rendering = new AbortController();
    show(true);
    setText(state, `Rendering ${formatClock(player.recordableS)}…`);
    try {
      const wav = await player.renderLastHour({
        signal: rendering.signal,
        onProgress: (share) => {
          progress.value = share;
        },
      });
      save(wav, "wav", clock);
      setText(state, "Saved.");
    } catch (error) {
      setText(state, rendering.signal.aborted ? "Cancelled." : `It could not be rendered: ${error}`);
    }
    show(false);
  });

  function show(busy: boolean): void {
    const hasFocus = [button, cancel].some((one) => one === document.activeElement);
    progress.value = 0;
    progress.hidden = cancel.hidden = !busy;
    button.disabled = busy;
    // What is hidden or disabled loses it.
    if (hasFocus) (busy ? cancel : button).focus();
  }
}

function followMidi(listening: Listening): void {
  const ask = find("midi", HTMLButtonElement);
  const choice = find("midi-choice", HTMLElement);
  const select = find("midi-output", HTMLSelectElement);
  const state = find("midi-state", HTMLElement);
  let midi: MidiOut | null = null;
  ask.addEventListener("click", async () => {
    const { openMidi } = await import("./sound/midi-output.ts");
    const opened = await openMidi(showPorts);
    if ("problem" in opened) return setText(state, opened.problem);
    midi = opened;
    ask.hidden = true;
    choice.hidden = false;
    showPorts(opened.ports);
    select.focus();
  });
  select.addEventListener("change", () => {
    if (midi === null) return;
    midi.choose(select.value || null);
    listening.listenAlong(midi);
    setText(state, "");
  });

  /** A port that opens is news as well as one that comes or goes, so what was chosen stays chosen. */
  function showPorts(ports: MidiOut["ports"]): void {
    const [chosen] = select.selectedOptions;
    const isNew = ports.length >= select.options.length;
    select.replaceChildren(
      make("option", { value: "", textContent: "none" }),
      ...ports.map(({ id, name }) => make("option", { value: id, textContent: name })),
    );
    if (ports.some(({ id }) => id === chosen?.value)) select.value = chosen?.value ?? "";
    else if (chosen?.value) {
      midi?.choose(null);
      setText(state, `${chosen.textContent} is gone.`);
    } else if (ports.length === 0) setText(state, "No MIDI device is connected.");
    else if (isNew) setText(state, "");
  }
}

function save(blob: Blob, extension: string, clock: Clock): void {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: recordingName(clock.now(), extension) }).click();
  clock.after(60_000, () => URL.revokeObjectURL(url));
}

function formatClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
