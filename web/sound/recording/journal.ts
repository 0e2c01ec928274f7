// The journal: the last hour of sound, enough to render it again.

import { loopOf, onGrid, type Turn, turnOn } from "../engine/turning.ts";
import { type Layer, layers, type SoundEvent } from "../sound-event.ts";

/** A change of the sound, at a time of the audio clock, in seconds. */
export type JournalEntry = {
  atS: number;
} /** `turns`: phase (0..1) of a tone or throb at `atS`, for a state before a segment. */ & (
  | { kind: "event"; event: SoundEvent & { turns?: number } }
  | { kind: "level"; layer: Layer; level: number }
  | { kind: "reverb"; on: boolean }
  /** A switch of the score: its layers become silent. */
  | { kind: "switch" }
);

/** A segment of the sound, with all that a render needs. */
export type Segment = {
  beginS: number;
  endS: number;
  /** The states before the entries. */
  before: JournalEntry[];
  /** The changes in the order in which they sounded; the first may be {@link preRollS} older than the segment. */
  entries: JournalEntry[];
};

/** Records the changes of the sound. */
export type Journal = {
  /** Adds a change of the sound. */
  add(entry: JournalEntry): void;
  /** Records a switch of the score and removes events after it, which did not sound. */
  switchAt(atS: number): void;
  /** Returns the recorded length in seconds, from the first sound on and at most an hour by default. */
  lengthS(nowS: number): number;
  /** Returns the segment of the last `lengthS` seconds. */
  read(nowS: number): Segment;
};

/** Length of the journal. */
const keptS = 3_600;
/** A sound may last this long: no bell and no echo is longer. */
export const preRollS = 22;
/** Number of old entries that are removed in one go. */
const clearedAtOnce = 256;
/** Four of the longest waves; earlier waves change the level by less than a millionth. */
const crestsLingerS = 80;

/**
 * Makes a journal that keeps the last hour, and the sounds that extend into it. Of older entries it keeps only the
 * resulting states. The clock stops during pauses, so a pause takes no time of the hour.
 */
export function createJournal(keepS = keptS): Journal {
  let before: JournalEntry[] = [];
  let entries: JournalEntry[] = [];
  /** Time of the first sound: the clock already runs while the sounds load. */
  let firstS = Number.POSITIVE_INFINITY;
  const beginOf = (nowS: number) => Math.min(nowS, Math.max(firstS, nowS - keepS));

  return {
    add(entry) {
      if (entry.kind === "event") firstS = Math.min(firstS, entry.atS);
      entries.push(entry);
      const oldest = entry.atS - keepS - preRollS;
      if ((entries[clearedAtOnce]?.atS ?? oldest) < oldest) dropBefore(oldest);
    },
    switchAt(atS) {
      entries = entries.filter((entry) => entry.kind !== "event" || entry.atS < atS);
      entries.push({ kind: "switch", atS });
      // None has sounded yet.
      if (firstS >= atS) firstS = Number.POSITIVE_INFINITY;
    },
    lengthS: (nowS) => nowS - beginOf(nowS),
    read(nowS) {
      const beginS = beginOf(nowS);
      dropBefore(beginS - preRollS);
      const heard = entries.filter(({ atS }) => atS < nowS).sort((a, b) => a.atS - b.atS);
      return { beginS, endS: nowS, before: [...before], entries: heard };
    },
  };

  function dropBefore(atS: number): void {
    before = statesBefore({ before, entries }, atS);
    entries = entries.filter((entry) => entry.atS >= atS);
  }
}

/**
 * Returns the states of a segment at a time: the last state and level of each layer, the reverb, the light, and recent waves that
 * still have an effect.
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
    } else if (entry.event.type === "light") last.set("light", entry);
    else if (entry.event.type === "set") last.set(`state of ${entry.event.layer}`, turningOn(entry, turns));
    else if (entry.event.type === "crest" && entry.atS > atS - crestsLingerS) crests.push(entry);
  }
  return [...last.values(), ...crests].sort((a, b) => a.atS - b.atS);
}

/**
 * Returns the entry with the phase that the engine has at its time.
 * @param turns phases of the layers up to this entry
 */
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
