// The line that describes the sound, and the counts of reports and bells.

import { find, setText } from "../dom/dom.ts";
import type { BurstTally } from "../sound/score/network-score.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, stationSoundOf } from "../state/page-state.ts";
import * as soundWords from "../words/english/sound.ts";
import { fill, formatList } from "../words/message.ts";
import { describeSea } from "../words/words.ts";
import { titleOf } from "./titles.ts";

/** Describes the sound on the page, and counts reports and bells. */
export function showHearing(state: PageState): void {
  const hearing = find("hearing", HTMLElement);
  const counts = find("counts", HTMLElement);
  let rung = 0;
  onChange(state.sounded, (all) => {
    // A knock for a value that the tuned-in station lacks is no report.
    rung += all.filter((sounded) => stationSoundOf(sounded) !== null && !("field" in sounded.event)).length;
  });
  observe([state.heard, state.player], () => {
    setText(hearing, describeHeard());
    setText(counts, describeCounts());
  });

  function describeHeard(): string {
    const { programme, sea } = state.heard.value;
    if (programme === null || sea === null) return "";
    const water = programme.mode !== "network";
    const title = titleOf(programme, state.network);
    return fill(soundWords.heard, { title, sound: describeSea(sea, state.units.value, { water }) });
  }

  function describeCounts(): string {
    const { tally } = state.heard.value;
    const bells = state.player.value === "off" ? [] : describeBells(tally, rung);
    return formatList([fill(soundWords.reports, { count: state.arrived.value.count }), ...bells]);
  }
}

function describeBells(tally: BurstTally | null, rung: number): string[] {
  if (tally === null || tally.arrived <= 1) return [fill(soundWords.bells, { count: rung })];
  const bells = fill(soundWords.rung, { rung: tally.rung, arrived: tally.arrived });
  return tally.leftOut > 0 ? [bells, fill(soundWords.withoutBell, { count: tally.leftOut })] : [bells];
}
