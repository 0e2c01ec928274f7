// Captions of the sound.

import type { Clock } from "../../shared/clock.ts";
import { find } from "../dom/dom.ts";
import type { SeaField } from "../sea/sea-state.ts";
import type { EventOf } from "../sound/sound-event.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, type StationSound, stationSoundOf } from "../state/page-state.ts";
import { describeIntroduced, describeLead, describeSound } from "../words/words.ts";
import { createCaptions } from "./captions.ts";

/** Describes the sound as captions, if the settings ask for them. */
export function showSoundWords(state: PageState, clock: Clock): void {
  const { network, settings } = state;
  const captions = createCaptions(find("captions", HTMLElement), clock);
  onChange(state.programme, captions.clear);
  observe([settings], () => {
    if (!settings.value.captions) captions.clear();
  });
  onChange(state.sounded, (all) => {
    for (const sounded of all) {
      const sound = stationSoundOf(sounded);
      if (sounded.event.type === "introduce") showIntroduced(sounded.event.field, sounded.atMs);
      else if (sounded.event.type === "lead") showLead(sounded.event, sounded.atMs);
      else if (sound !== null) showStationSound(sound);
    }
  });

  function showIntroduced(field: SeaField, atMs: number): void {
    const { programme } = state.heard.value;
    if (!settings.value.captions || programme?.mode !== "tune") return;
    const { stationId } = programme;
    const history = stationId === state.view.value.stationId ? state.history.value : [];
    const past = typeof history === "string" ? [] : history;
    const conditions = network.conditions.get(stationId);
    captions.show(describeIntroduced(field, conditions, past, settings.value.units, clock.now()), atMs);
  }

  function showLead({ way, from }: EventOf<"lead">, atMs: number): void {
    if (settings.value.captions) captions.show(describeLead(way, network.stations.get(from)), atMs);
  }

  function showStationSound({ event, stationId, atMs }: StationSound): void {
    if (!settings.value.captions) return;
    const { units } = settings.value;
    const [station, conditions] = [network.stations.get(stationId), network.conditions.get(stationId)];
    const sentence = describeSound(event, station, conditions, units, clock.now());
    if (sentence) captions.show(sentence, atMs);
  }
}
