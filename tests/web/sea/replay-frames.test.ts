// Frames of a replayed day.

import { expect, test } from "bun:test";
import { addReport, frameStepMs, framesOfStation, framesPerDay } from "../../../web/sea/replay-frames.ts";

const end = Date.parse("2026-11-23T12:00:00Z");
const at = (hoursBefore: number) => new Date(end - hoursBefore * 3_600_000).toISOString();

test("a station's past day has 144 frames of ten minutes, up to its end", () => {
  const frames = framesOfStation([], end);
  expect(frames).toHaveLength(framesPerDay);
  expect(frames.at(-1)?.atMs).toBe(end);
  expect((frames[1]?.atMs ?? 0) - (frames[0]?.atMs ?? 0)).toBe(frameStepMs);
  expect(frames.every(({ waveHeightM }) => waveHeightM === null)).toBe(true);
});

test("a value holds until the next one, for three hours at most", () => {
  const reports = [
    { timestamp: at(10), waveHeightM: 1 },
    { timestamp: at(9), waveHeightM: null },
    { timestamp: at(1), waveHeightM: 3 },
  ];
  const frames = framesOfStation(reports, end);
  const heightAt = (hoursBefore: number) =>
    frames.find(({ atMs }) => atMs === end - hoursBefore * 3_600_000)?.waveHeightM ?? null;
  expect(heightAt(11)).toBeNull();
  expect(heightAt(10)).toBe(1);
  expect(heightAt(8)).toBe(1);
  expect(heightAt(7)).toBeNull();
  expect(heightAt(1)).toBe(3);
  expect(heightAt(0)).toBe(3);
});

test("a value from just before the day holds at its start", () => {
  const [first] = framesOfStation([{ timestamp: at(24), windSpeedMps: 5 }], end);
  expect(first?.windSpeedMps).toBe(5);
});

test("a report between two frames sounds from the second one on, and one after the end never does", () => {
  const reports = [
    { timestamp: at(0.25), waterTempC: 12 },
    { timestamp: at(-0.1), waterTempC: 30 },
  ];
  expect(framesOfStation(reports, end).map(({ waterTempC }) => waterTempC)).toEqual([
    ...Array<null>(framesPerDay - 2).fill(null),
    12,
    12,
  ]);
});

test("zero is a value, and a value that is not a number is missing", () => {
  const last = framesOfStation([{ timestamp: at(1), windSpeedMps: 0, pressureHpa: "1012" }], end).at(-1);
  expect(last?.windSpeedMps).toBe(0);
  expect(last?.pressureHpa).toBeNull();
});

test("a station's past day grows with each report, and drops reports older than a day", () => {
  const reports = [
    { timestamp: at(24), waveHeightM: 1 },
    { timestamp: at(2), waveHeightM: 2 },
  ];
  const news = { timestamp: at(0), waveHeightM: 3, waterTempC: null };
  expect(addReport(reports, news, end - 24 * 3_600_000 + 1)).toEqual([
    { timestamp: at(2), waveHeightM: 2 },
    { timestamp: at(0), waveHeightM: 3 },
  ]);
});

test("a report of a known time adds its values, and a late one is inserted in order", () => {
  const reports = [
    { timestamp: at(2), waveHeightM: 1, waterTempC: null },
    { timestamp: at(0), waveHeightM: 2, waterTempC: 13 },
  ];
  const corrected = addReport(reports, { timestamp: at(0), waveHeightM: null, waterTempC: 14 }, 0);
  expect(addReport(corrected, { timestamp: at(1), gustMps: 9 }, 0)).toEqual([
    { timestamp: at(2), waveHeightM: 1, waterTempC: null },
    { timestamp: at(1), gustMps: 9 },
    { timestamp: at(0), waveHeightM: 2, waterTempC: 14 },
  ]);
});
