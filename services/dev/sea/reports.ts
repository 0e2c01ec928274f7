// Creates the reports of the simulated stations, with gaps, silences and late waves as in the real network.

import { type Measurement, type Measurements, measurements, type Observation } from "../../../shared/measurements.ts";
import { compassDegrees } from "../../../shared/numbers.ts";
import { recordOf } from "../../../shared/record-of.ts";
import { randomOf } from "./random.ts";
import type { SimulatedStation } from "./stations.ts";
import type { WaveTrain } from "./waves.ts";
import type { Sea } from "./weather.ts";

/** One row of a station: values are rounded or missing, and the time is a whole minute. */
export type SimulatedReport = Observation & {
  /** Wind sea and swell; null if the row has no waves. */
  seaState: { windSea: WaveTrain; swell: WaveTrain | null } | null;
};

const minuteMs = 60_000;
const minutesPerHour = 60;

/** Number of days in `realtime2`, before today's UTC midnight. */
const realtimeDays = 45;

/** Interval of the rows before the previous UTC hour, so that files have the size of NDBC's. */
const historyStepMinutes = 10;

/** Returns the newest row of a station, as `latest_obs.txt` shows it at `now`. Its waves may not have arrived. */
export function newestReport(sea: Sea, station: SimulatedStation, now: Date): SimulatedReport {
  return reportAt(sea, station, newestMinute(sea.seed, station, now), now);
}

/** Returns a station's rows in the UTC hour that begins at `hour`, newest first. */
export function reportsOfHour(sea: Sea, station: SimulatedStation, hour: Date, now: Date): SimulatedReport[] {
  const start = hour.getTime() / minuteMs;
  return reportsBetween(sea, station, start, start + minutesPerHour - 1, now);
}

/** Returns a station's rows of the last 45 days, newest first. */
export function reportsOfStation(sea: Sea, station: SimulatedStation, now: Date): SimulatedReport[] {
  const today = Math.floor(now.getTime() / minuteMs / minutesPerHour / 24);
  const start = (today - realtimeDays) * 24 * minutesPerHour;
  return reportsBetween(sea, station, start, newestMinute(sea.seed, station, now), now);
}

/** Returns the time of the newest change to a station's rows, at or before `now`. */
export function lastChange(seed: number, station: SimulatedStation, now: Date): Date {
  const minute = newestMinute(seed, station, now);
  const waves = wavesArriveAt(station, minute);
  return hasWaves(seed, station, minute) && waves <= now ? waves : arrivesAt(station, minute);
}

/** Returns the most recent time at or before `now` when the UTC hour `hourOfDay` (0 to 23) began. */
export function startOfHour(hourOfDay: number, now: Date): Date {
  const start = new Date(now);
  start.setUTCHours(hourOfDay, 0, 0, 0);
  if (start > now) start.setUTCDate(start.getUTCDate() - 1);
  return start;
}

function reportsBetween(
  sea: Sea,
  station: SimulatedStation,
  firstMinute: number,
  lastMinute: number,
  now: Date,
): SimulatedReport[] {
  const fullFrom = (Math.floor(now.getTime() / minuteMs / minutesPerHour) - 1) * minutesPerHour;
  const reports: SimulatedReport[] = [];
  for (let minute = lastMinute; minute >= firstMinute; minute--) {
    if (minute < fullFrom && (minute + (station.reportSecond % 2)) % historyStepMinutes !== 0) continue;
    if (arrivesAt(station, minute) > now || isSilent(sea.seed, station, minute)) continue;
    reports.push(reportAt(sea, station, minute, now));
  }
  return reports;
}

/** Returns the row of one minute, with the values that have arrived at `now`. */
function reportAt(sea: Sea, station: SimulatedStation, minute: number, now: Date): SimulatedReport {
  const observedAt = new Date(minute * minuteMs);
  const weather = sea.weatherAt(station, observedAt);
  const withWaves = hasWaves(sea.seed, station, minute) && wavesArriveAt(station, minute) <= now;
  const report = { stationId: station.id, observedAt, ...nothing, seaState: withWaves ? weather : null };
  const silent = new Set(sensors.filter((sensor) => isOut(sea.seed, station, sensor, minute)));
  if (!withWaves) silent.add("waves");
  for (const name of station.measures) {
    const value = weather.measurements[name];
    if (value !== null && !silent.has(sensorOf[name])) report[name] = rounded(name, value, station.windDirStepDeg);
  }
  // A calm has no direction.
  if (report.windSpeedMps === 0) report.windDirDeg = null;
  return report;
}

const nothing: Measurements = recordOf(measurements, () => null);

/** Rounds as in the real files, except for the wind: NDBC's own buoys report whole metres per second only. */
function rounded(name: Measurement, value: number, windDirStepDeg: number): number {
  switch (name) {
    case "windDirDeg":
      return north(Math.round(compassDegrees(value) / windDirStepDeg) * windDirStepDeg);
    case "meanWaveDirDeg":
      return north(Math.round(compassDegrees(value)));
    case "dominantPeriodS":
      return Math.round(value);
    case "tideFt":
      return Math.round(value * 100) / 100;
    default:
      return Math.round(value * 10) / 10;
  }
}

/** Writes north as 360, because 0 means a calm. */
const north = (degrees: number) => (degrees === 0 ? 360 : degrees);

const arrivesAt = (station: SimulatedStation, minute: number) =>
  new Date(minute * minuteMs + station.reportSecond * 1000);

const wavesArriveAt = (station: SimulatedStation, minute: number) =>
  new Date(arrivesAt(station, minute).getTime() + station.wavesLateSeconds * 1000);

const hasWaves = (seed: number, station: SimulatedStation, minute: number) =>
  station.measures.includes("waveHeightM") &&
  !(station.wavesOnlyAtTimes && minute % 4 > 1) &&
  !isOut(seed, station, "waves", minute);

/** Returns the minute of the newest row that has arrived at `now`. */
function newestMinute(seed: number, station: SimulatedStation, now: Date): number {
  let minute = Math.floor(now.getTime() / minuteMs);
  while (arrivesAt(station, minute) > now || isSilent(seed, station, minute)) minute--;
  return minute;
}

/** A station reports every other minute. In each block of 20 minutes it may be silent for 2 to 8 minutes. */
function isSilent(seed: number, station: SimulatedStation, minute: number): boolean {
  if ((minute + station.reportSecond) % 2 !== 0) return true;
  const block = Math.floor(minute / 20);
  // At least two of three stations with consecutive seconds report, so the whole sea is never silent.
  if ((block + station.reportSecond) % 3 !== 0) return false;
  return isWithinGap(seed, `${station.id}/silence/${block}`, minute % 20, { chance: 0.4, min: 2, max: 8, of: 20 });
}

const sensors = ["anemometer", "barometer", "thermometer", "sea thermometer", "waves", "other"] as const;

type Sensor = (typeof sensors)[number];

const sensorOf: Record<Measurement, Sensor> = {
  windSpeedMps: "anemometer",
  windDirDeg: "anemometer",
  gustMps: "anemometer",
  pressureHpa: "barometer",
  pressureTendencyHpa: "barometer",
  airTempC: "thermometer",
  dewPointC: "thermometer",
  waterTempC: "sea thermometer",
  waveHeightM: "waves",
  dominantPeriodS: "waves",
  averagePeriodS: "waves",
  meanWaveDirDeg: "waves",
  visibilityNmi: "other",
  tideFt: "other",
};

/** In each block of two hours a sensor may fail for 10 to 90 minutes. */
function isOut(seed: number, station: SimulatedStation, sensor: Sensor, minute: number): boolean {
  const block = Math.floor(minute / 120);
  const key = `${station.id}/${sensor}/${block}`;
  return isWithinGap(seed, key, minute % 120, { chance: 0.06, min: 10, max: 90, of: 120 });
}

/** Returns whether minute `at` of a block of `of` minutes is in the block's random gap. */
function isWithinGap(
  seed: number,
  key: string,
  at: number,
  { chance, min, max, of }: { chance: number; min: number; max: number; of: number },
): boolean {
  if (randomOf(seed, `${key}/chance`) >= chance) return false;
  const length = min + Math.floor(randomOf(seed, `${key}/length`) * (max - min + 1));
  const start = Math.floor(randomOf(seed, `${key}/start`) * (of - length + 1));
  return at >= start && at < start + length;
}
