// The line that describes the sound, and the counts of reports and bells.

import { find, setText } from "../dom/dom.ts";
import type { BurstTally } from "../sound/score/network-score.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, stationSoundOf } from "../state/page-state.ts";
import { formatCount } from "../words/format.ts";
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
    return `${titleOf(programme, state.network)}. ${describeSea(sea, state.units.value, { water })}`;
  }

  function describeCounts(): string {
    const reports = `${formatCount(state.arrived.value.count, "report")} arrived`;
    const { tally } = state.heard.value;
    return state.player.value === "off" ? reports : `${reports}, ${describeBells(tally, rung)}`;
  }
}

function describeBells(tally: BurstTally | null, rung: number): string {
  if (tally === null || tally.arrived <= 1) return `${formatCount(rung, "bell")} rung`;
  const leftOut = tally.leftOut > 0 ? `, ${tally.leftOut} without a bell` : "";
  return `rung ${tally.rung} of ${tally.arrived}${leftOut}`;
}
