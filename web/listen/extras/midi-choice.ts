// The choice of a MIDI output.

import { find, make, setText, showAnswer } from "../../dom/dom.ts";
import type { MidiOut } from "../../sound/midi/midi-output.ts";
import { midi as words } from "../../words/english/extras.ts";
import { fill } from "../../words/message.ts";
import type { Playback } from "../playback.ts";

/** Offers the MIDI outputs of the browser; the chosen one plays along. */
export function followMidi(playback: Playback): void {
  const ask = find("midi", HTMLButtonElement);
  const choice = find("midi-choice", HTMLElement);
  const select = find("midi-output", HTMLSelectElement);
  const state = find("midi-state", HTMLElement);
  let midi: MidiOut | null = null;
  ask.addEventListener("click", async () => {
    const { openMidi } = await import("../../sound/midi/midi-output.ts");
    showAnswer(state, words.waiting);
    const opened = await openMidi(showPorts);
    if ("problem" in opened) return showAnswer(state, words[opened.problem]);
    setText(state, "");
    midi = opened;
    ask.hidden = true;
    choice.hidden = false;
    showPorts(opened.ports);
    select.focus();
  });
  select.addEventListener("change", () => {
    if (midi === null) return;
    midi.choose(select.value || null);
    playback.listenAlong(midi);
    setText(state, "");
  });

  /** Lists the ports. An opening port also fires an event, so the list must keep the choice. */
  function showPorts(ports: MidiOut["ports"]): void {
    const [chosen] = select.selectedOptions;
    const isNew = ports.length >= select.options.length;
    select.replaceChildren(
      make("option", { value: "", textContent: words.none }),
      ...ports.map(({ id, name }) => make("option", { value: id, textContent: name })),
    );
    if (ports.some(({ id }) => id === chosen?.value)) select.value = chosen?.value ?? "";
    else if (chosen?.value) {
      midi?.choose(null);
      setText(state, fill(words.gone, { device: chosen.textContent }));
    } else if (ports.length === 0) setText(state, words.noDevice);
    else if (isNew) setText(state, "");
  }
}
