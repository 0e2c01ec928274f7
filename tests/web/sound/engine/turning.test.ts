// Unit tests of the loops and phases of continuous tones.

import { expect, setDefaultTimeout, test } from "bun:test";
import { glassSampleRate, throbSampleRate, turningLoop, turnsAt } from "../../../../web/sound/engine/turning.ts";
import { pitchOf, throbOf } from "../../../../web/sound/mapping.ts";
import { type JournalEntry, statesBefore } from "../../../../web/sound/recording/journal.ts";

setDefaultTimeout(120_000);

test("the glass is exact to 0.1 cents at every tenth of a degree, and the throb at every hectopascal", () => {
  const offCents = (hz: number, sampleRate: number) => {
    const { cycles, length } = turningLoop(hz, sampleRate);
    return Math.abs(1200 * Math.log2((cycles * sampleRate) / length / hz));
  };
  for (let celsius = -2; celsius <= 34; celsius += 0.1) {
    expect(offCents(pitchOf(celsius), glassSampleRate)).toBeLessThan(0.1);
  }
  for (let hectopascals = 940; hectopascals <= 1050; hectopascals++) {
    expect(offCents(throbOf(hectopascals), throbSampleRate)).toBeLessThan(0.1);
  }
});

test("the phase repeats after each turn", () => {
  const turn = { atS: 10, turns: 0.25, hz: 2 };
  expect(turnsAt(turn, 11)).toBeCloseTo(0.25, 12);
  expect(turnsAt(turn, 10.25)).toBeCloseTo(0.75, 12);
});

test("a recording that starts later has the right phase of the throb, also after the journal dropped the start", () => {
  const pressure = (atS: number, throbHz: number): JournalEntry => ({
    kind: "event",
    atS,
    event: { t: 0, type: "set", layer: "pressure", gainDb: -20, throbHz },
  });
  const entries = [pressure(0, 0.5), pressure(10.5, 1), pressure(30, 0.2)];
  const turnsOf = (states: JournalEntry[]) => states.map((entry) => entry.kind === "event" && entry.event.turns);
  // 10.5 s at 0.5 Hz are 5.25 turns.
  expect(turnsOf(statesBefore({ before: [], entries }, 20))[0]).toBeCloseTo(0.25, 5);
  // Another 19.5 s at 1 Hz end at 0.75.
  const atOnce = turnsOf(statesBefore({ before: [], entries }, 40))[0];
  expect(atOnce).toBeCloseTo(0.75, 5);
  const before = statesBefore({ before: [], entries }, 20);
  expect(turnsOf(statesBefore({ before, entries: entries.slice(2) }, 40))[0]).toBeCloseTo(Number(atOnce), 9);
});
