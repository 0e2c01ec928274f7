// Announcements of modes, sound and replay for screen readers, if the settings ask for them.

import type { Clock } from "../../shared/clock.ts";
import type { Announcer } from "../dom/announcer.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, stationSoundOf } from "../state/page-state.ts";
import { heard as heardWords, replayed } from "../words/english/sound.ts";
import { fill } from "../words/message.ts";
import { describeSea, describeSound, describeStation } from "../words/words.ts";
import { titleOfView } from "./titles.ts";

/**
 * Announces the mode when it changes, and what sounds when the sound starts. At times it reports a bell, the tuned-in
 * station's new values, or the time of a replay.
 */
export function announceSound(state: PageState, { answer, report }: Announcer, clock: Clock): void {
  const { network, settings, view, player, heard } = state;
  const isWanted = () => settings.value.announcements;
  let answered = keyOf();
  observe([view, player], () => {
    const key = keyOf();
    if (key === answered) return;
    answered = key;
    if (isWanted()) answer(describeNow);
  });
  onChange(state.arrived, ({ newest }) => {
    const { mode, stationId } = view.value;
    if (mode === "tune" && newest?.observation.stationId === stationId && isSounding()) reportIfWanted(describeNow());
  });
  onChange(state.sounded, (all) => {
    // In a replay, the time is what leads through the day.
    for (const sound of view.value.mode === "24h" ? [] : all.flatMap((sounded) => stationSoundOf(sounded) ?? [])) {
      const { stationId, event } = sound;
      const [station, conditions] = [network.stations.get(stationId), network.conditions.get(stationId)];
      reportIfWanted(describeSound(event, station, conditions, settings.value.units, clock.now()));
    }
  });
  onChange(state.heardFrame, (frame) => {
    const atMs = state.past.value?.frames[frame ?? -1]?.atMs;
    if (atMs === undefined || !isSounding()) return;
    reportIfWanted(fill(replayed, { time: new Date(atMs).toISOString().slice(11, 16), sound: describeHeard() }));
  });

  /** The view without what needs no announcement, such as the station whose card is open. */
  function keyOf(): string {
    return `${view.value.mode} ${titleOfView(view.value, network)} ${player.value === "off"}`;
  }

  function isSounding(): boolean {
    return player.value === "playing";
  }

  function reportIfWanted(sentence: string | null): void {
    if (isWanted() && sentence !== null) report(sentence);
  }

  function describeNow(): string {
    const { mode, stationId } = view.value;
    const title = titleOfView(view.value, network);
    if (!isSounding() || mode === "24h") return title;
    if (mode === "network") return withSound(title, describeHeard());
    return withSound(
      title,
      describeStation(network.conditions.get(stationId ?? ""), settings.value.units, clock.now()),
    );
  }

  function describeHeard(): string {
    const { sea } = heard.value;
    return sea === null ? "" : describeSea(sea, settings.value.units, { water: view.value.mode !== "network" });
  }
}

function withSound(title: string, sound: string): string {
  return fill(heardWords, { title, sound }).trim();
}
