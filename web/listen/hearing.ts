// The line that describes the sound, and the counts of reports and bells.

import type { Clock } from "../../shared/clock.ts";
import { find, setText } from "../dom/dom.ts";
import type { BurstTally } from "../sound/score/network-score.ts";
import { observe, onChange } from "../state/observe.ts";
import { type BatchUnderWay, type PageState, stationSoundOf } from "../state/page-state.ts";
import * as soundWords from "../words/english/sound.ts";
import { formatTime } from "../words/format.ts";
import { fill, formatList } from "../words/message.ts";
import { describeSea } from "../words/words.ts";
import { titleOf } from "./titles.ts";

const minuteMs = 60_000;

/** Describes the sound on the page, and counts reports and bells. */
export function showHearing(state: PageState, clock: Clock): void {
  const hearing = find("hearing", HTMLElement);
  const counts = find("counts", HTMLElement);
  let rung = 0;
  onChange(state.sounded, (all) => {
    // A knock for a value that the tuned-in station lacks is no report.
    rung += all.filter((sounded) => stationSoundOf(sounded) !== null && !("field" in sounded.event)).length;
  });
  observe([state.heard, state.player, state.batch, state.quarter], () => {
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
    const arrived = fill(soundWords.reports, { count: state.arrived.value.count });
    if (state.player.value === "off") return arrived;
    if (tally === null || tally.arrived <= 1) return formatList([arrived, fill(soundWords.bells, { count: rung })]);
    return formatList([...describeBatch(tally, state.batch.value, clock), ...describeNext(state.batch.value, clock)]);
  }
}

/** Describes a batch: how many of its reports have rung, and which will not. */
function describeBatch(tally: BurstTally, batch: BatchUnderWay | null, clock: Clock): string[] {
  const { rung, arrived, waiting, leftOut } = tally;
  const atMs = clock.now() - (clock.monotonicMs() - (batch?.arrivedAtMs ?? clock.monotonicMs()));
  const time = formatTime(atMs);
  const bells = fill(waiting > 0 ? soundWords.ringing : soundWords.rung, { arrived, time, rung });
  return leftOut > 0 ? [bells, fill(soundWords.withoutBell, { count: leftOut })] : [bells];
}

/** Describes when the next batch is due, if that is known and not past. */
function describeNext(batch: BatchUnderWay | null, clock: Clock): string[] {
  if (batch === null || batch.intervalMs === null || batch.intervalMs < minuteMs / 2) return [];
  const dueInMs = batch.arrivedAtMs + batch.intervalMs - clock.monotonicMs();
  if (dueInMs < 0) return [soundWords.nextIsDue];
  return [fill(soundWords.nextIn, { minutes: Math.max(1, Math.round(dueInMs / minuteMs)) })];
}
