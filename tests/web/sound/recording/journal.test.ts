// Unit tests of the journal of the last hour.

import { expect, setDefaultTimeout, test } from "bun:test";
import { createJournal, type JournalEntry, preRollS } from "../../../../web/sound/recording/journal.ts";
import type { SoundEvent } from "../../../../web/sound/sound-event.ts";

setDefaultTimeout(120_000);

const entry = (atS: number, event: SoundEvent): JournalEntry => ({ kind: "event", event, atS });
const bell = (atS: number) => entry(atS, { t: atS, type: "bell", hz: 220, hardness: 0.5, gainDb: -30, pan: 0 });
const water = (atS: number, hz: number) => entry(atS, { t: atS, type: "set", layer: "water", gainDb: -20, hz });
const level = (atS: number, value: number): JournalEntry => ({ kind: "level", layer: "wind", level: value, atS });

test("the journal keeps the last hour, and only the resulting states of earlier entries", () => {
  const journal = createJournal(3_600);
  for (const added of [
    level(0, 1),
    water(1, 220),
    bell(2),
    level(3, 0.5),
    water(4, 330),
    water(5_000, 440),
    bell(5_001),
  ])
    journal.add(added);
  expect(journal.lengthS(6_000)).toBe(3_600);
  const heard = journal.read(6_000);
  expect([heard.beginS, heard.endS]).toEqual([2_400, 6_000]);
  expect(heard.before).toMatchObject([level(3, 0.5), water(4, 330)]);
  expect(heard.entries).toEqual([water(5_000, 440), bell(5_001)]);
});

test("a day of listening keeps only the entries of an hour and its pre-roll", () => {
  const journal = createJournal(3_600);
  for (let second = 0; second < 86_400; second++) journal.add(bell(second));
  expect(journal.read(86_400).entries.length).toBe(3_600 + preRollS);
});

test("a recording shorter than an hour starts with the first sound, not with the time of loading before it", () => {
  const journal = createJournal();
  journal.add(level(4, 1));
  expect(journal.lengthS(4.2)).toBe(0);
  // This bell is cancelled before it sounds.
  journal.add(bell(4.4));
  journal.switchAt(4.3);
  journal.add(bell(5));
  expect(journal.lengthS(10)).toBe(5);
  const { beginS, endS, entries } = journal.read(10);
  expect([beginS, endS]).toEqual([5, 10]);
  expect(entries).toEqual([level(4, 1), { kind: "switch", atS: 4.3 }, bell(5)]);
});

test("cancelled and future events are not in the recording", () => {
  const journal = createJournal();
  for (const added of [bell(1), bell(2), level(2.5, 0.1), bell(9)]) journal.add(added);
  journal.switchAt(1.5);
  journal.add(bell(3));
  journal.add(bell(12));
  expect(journal.read(10).entries).toEqual([bell(1), { kind: "switch", atS: 1.5 }, level(2.5, 0.1), bell(3)]);
});

test("after a switch the layers are silent until the new score sets them", () => {
  const journal = createJournal(3_600);
  journal.add(level(0, 0.5));
  journal.add(water(1, 220));
  journal.switchAt(2);
  expect(journal.read(4_000).before).toEqual([level(0, 0.5)]);
});

test("a recording begins in the light of its hour, also after a switch of the score", () => {
  const journal = createJournal(3_600);
  const dusk: JournalEntry = { kind: "event", atS: 1, event: { t: 0, type: "light", night: 0.5 } };
  journal.add(dusk);
  journal.switchAt(2);
  expect(journal.read(4_000).before).toEqual([dusk]);
});
