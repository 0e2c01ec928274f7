// What was heard in the last hour, enough to render it again.

import { loopOf, onGrid, type Turn, turnOn } from "../engine/turning.ts";
import { type Layer, layers, type SoundEvent } from "../sound-event.ts";

/** Something that changed what is heard, at a time of the audio clock, in seconds. */
export type JournalEntry = {
  atS: number;
} /** `turns`: of a state before a segment, where in its turn what turns without end stood as it began. */ & (
  | { kind: "event"; event: SoundEvent & { turns?: number } }
  | { kind: "level"; layer: Layer; level: number }
  | { kind: "reverb"; on: boolean }
  /** The score was switched: its layers fall silent. */
  | { kind: "switch" }
);

/** A segment of what was heard, enough to render it again. */
export type Segment = {
  beginS: number;
  endS: number;
  /** How everything stood before the entries. */
  before: JournalEntry[];
  /** What came after it, in the order in which it sounded; the first may be {@link preRollS} older than the beginning. */
  entries: JournalEntry[];
};

/** Remembers what was heard. */
export type Journal = {
  add(entry: JournalEntry): void;
  /** The score was switched: what was to sound from then on did not. */
  switchAt(atS: number): void;
  /** How much there is, at most what is kept. */
  lengthS(nowS: number): number;
  /** The last `lengthS` up to now. */
  read(nowS: number): Segment;
};

/** The last hour. */
const keptS = 3_600;
/** What began so long before a moment may sound into it: no bell and no room is longer. */
export const preRollS = 22;
/** What is too old is cleared in portions, not one by one. */
const clearedAtOnce = 256;
/** Four of the longest waves: what went before them makes no difference of a millionth any more. */
const crestsLingerS = 80;

/**
 * Keeps the last hour of what was heard and what sounded into it: of what is older only how it left things is kept.
 * The clock stands still while nothing plays, so a pause takes no time of the hour.
 */
export function createJournal(keepS = keptS): Journal {
  let before: JournalEntry[] = [];
  let entries: JournalEntry[] = [];

  return {
    add(entry) {
      entries.push(entry);
      const oldest = entry.atS - keepS - preRollS;
      if ((entries[clearedAtOnce]?.atS ?? oldest) < oldest) forgetBefore(oldest);
    },
    switchAt(atS) {
      entries = entries.filter((entry) => entry.kind !== "event" || entry.atS < atS);
      entries.push({ kind: "switch", atS });
    },
    lengthS: (nowS) => Math.min(keepS, nowS),
    read(nowS) {
      const beginS = Math.max(0, nowS - keepS);
      forgetBefore(beginS - preRollS);
      const heard = entries.filter(({ atS }) => atS < nowS).sort((a, b) => a.atS - b.atS);
      return { beginS, endS: nowS, before: [...before], entries: heard };
    },
  };

  function forgetBefore(atS: number): void {
    before = statesBefore({ before, entries }, atS);
    entries = entries.filter((entry) => entry.atS >= atS);
  }
}

/**
 * Returns how a segment is at a time: of each layer the last state and the last level, the reverb, and the waves that have
 * not passed without a trace.
 */
export function statesBefore({ before, entries }: Pick<Segment, "before" | "entries">, atS: number): JournalEntry[] {
  const last = new Map<string, JournalEntry>();
  const turns = new Map<Layer, Turn | null>();
  const crests: JournalEntry[] = [];
  const earlier = [...before, ...entries].filter((entry) => entry.atS < atS).sort((a, b) => a.atS - b.atS);
  for (const entry of earlier) {
    if (entry.kind === "reverb") last.set("reverb", entry);
    else if (entry.kind === "level") last.set(`level of ${entry.layer}`, entry);
    else if (entry.kind === "switch") {
      for (const layer of layers) last.delete(`state of ${layer}`);
      turns.clear();
    } else if (entry.event.type === "set") last.set(`state of ${entry.event.layer}`, turningOn(entry, turns));
    else if (entry.event.type === "crest" && entry.atS > atS - crestsLingerS) crests.push(entry);
  }
  return [...last.values(), ...crests].sort((a, b) => a.atS - b.atS);
}

/** The entry with what the engine knows of it that plays all from the beginning. @param turns of the layers so far */
function turningOn(entry: JournalEntry, turns: Map<Layer, Turn | null>): JournalEntry {
  if (entry.kind !== "event" || entry.event.type !== "set") return entry;
  const { event, atS } = entry;
  const fitting = loopOf(event);
  if (fitting === null) {
    turns.delete(event.layer);
    return entry;
  }
  const turn = turnOn(turns.get(event.layer) ?? null, fitting.loop, fitting.sampleRate, onGrid(atS));
  if (event.turns !== undefined) turn.turns = event.turns;
  turns.set(event.layer, turn);
  return { ...entry, event: { ...event, turns: turn.turns } };
}
