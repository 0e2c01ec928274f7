// The less used sound controls: mixer, sleep timer, recording and MIDI.

import type { Clock } from "../../../shared/clock.ts";
import { find } from "../../dom/dom.ts";
import type { PageState } from "../../state/page-state.ts";
import type { Playback } from "../playback.ts";
import { followMidi } from "./midi-choice.ts";
import { createMixer } from "./mixer.ts";
import { followRecording, followWholeHour } from "./recording-buttons.ts";
import { followSleep } from "./sleep-choice.ts";

/** Connects mixer, sleep timer, recording and MIDI. */
export function createSoundExtras(playback: Playback, state: PageState, clock: Clock): void {
  followMixer(playback, state);
  followSleep(playback, clock);
  followRecording(playback, clock);
  followWholeHour(playback, clock);
  followMidi(playback);
}

function followMixer({ player }: Playback, { settings }: PageState): void {
  createMixer(
    find("mixer", HTMLElement),
    settings.value.levels,
    (layer, level) => {
      settings.value = { ...settings.value, levels: { ...settings.value.levels, [layer]: level } };
    },
    player.setLayerLevel,
  );
}
