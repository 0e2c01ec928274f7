import { expect, setDefaultTimeout, test } from "bun:test";
import type { JournalEntry } from "../../../web/sound/journal.ts";
import { pieceBeginS } from "../../../web/sound/piece-begin.ts";

setDefaultTimeout(20_000);

const pressure = (atS: number, throbHz: number): JournalEntry => ({
  kind: "event",
  atS,
  event: { t: 0, type: "set", layer: "pressure", gainDb: -20, throbHz, tauS: 1 },
});

test("a piece of a recording begins where the throb begins a turn, so that it goes on evenly", () => {
  const stretch = { beginS: 100, endS: 200, before: [pressure(3, 0.6)], entries: [] };
  const beginS = pieceBeginS(stretch, 122, 130, 48_000);
  const turns = (beginS - 100) * 0.6;
  expect(Math.abs(turns - Math.round(turns))).toBeLessThan(0.002);
  expect(beginS * 48_000).toBeCloseTo(Math.round(beginS * 48_000), 6);
});

test("also where the pressure fell on the way", () => {
  const stretch = { beginS: 0, endS: 200, before: [pressure(0, 0.5)], entries: [pressure(10, 1.5)] };
  const beginS = pieceBeginS(stretch, 30, 38, 48_000);
  // The glide from 0.5 to 1.5 Hz loses one second's worth of the difference.
  const turns = 10 * 0.5 + (beginS - 10) * 1.5 - 1;
  // A render itself glides from the same 0.5 Hz, in 5 ms, and loses as many thousandths of a turn.
  expect(Math.abs(turns - Math.round(turns) + 0.005)).toBeLessThan(0.001);
});
