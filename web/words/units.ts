// Units, and formats of measured values.

import type { Measurement } from "../../shared/measurements.ts";
import { notMeasured } from "./format.ts";

/** The user's units. */
export type Units = { waves: "m" | "ft"; wind: "m/s" | "kn"; temperature: "C" | "F" };

/** The units to choose from, for each quantity. */
export const unitChoices: { [Quantity in keyof Units]: readonly Units[Quantity][] } = {
  waves: ["m", "ft"],
  wind: ["m/s", "kn"],
  temperature: ["C", "F"],
};

/** The international foot, exact. */
const metresPerFoot = 0.3048;
/** A knot is an international nautical mile, 1852 m, per hour, exact. */
const mpsPerKnot = 1852 / 3600;

const labels: Record<Measurement, string> = {
  waveHeightM: "Waves",
  dominantPeriodS: "Period",
  averagePeriodS: "Average period",
  meanWaveDirDeg: "Waves from",
  windSpeedMps: "Wind",
  gustMps: "Gusts",
  windDirDeg: "Wind from",
  waterTempC: "Water",
  airTempC: "Air",
  dewPointC: "Dew point",
  pressureHpa: "Pressure",
  pressureTendencyHpa: "Pressure, 3 h",
  visibilityNmi: "Visibility",
  tideFt: "Tide",
};

/** Returns a field's label on the page. */
export function labelOf(field: Measurement): string {
  return labels[field];
}

/** Returns the default units for a browser language: US units for `-US`, else metric. */
export function preferredUnits(language: string): Units {
  if (/-US$/i.test(language)) return { waves: "ft", wind: "kn", temperature: "F" };
  return { waves: "m", wind: "m/s", temperature: "C" };
}

/** Formats a measured value with its unit: `2.1 m`, `12 kn` or `290° WNW`; a dash for a missing value, never a zero. */
export function formatMeasurement(field: Measurement, value: number | null | undefined, units: Units): string {
  if (value === null || value === undefined) return notMeasured;
  switch (field) {
    case "waveHeightM":
      return units.waves === "m" ? decimal(value, 1, "m") : decimal(value / metresPerFoot, 1, "ft");
    case "windSpeedMps":
    case "gustMps":
      return units.wind === "m/s" ? decimal(value, 1, "m/s") : decimal(value / mpsPerKnot, 0, "kn");
    case "waterTempC":
    case "airTempC":
    case "dewPointC":
      return units.temperature === "C" ? decimal(value, 1, "°C") : decimal(value * 1.8 + 32, 0, "°F");
    case "dominantPeriodS":
    case "averagePeriodS":
      return decimal(value, 0, "s");
    case "windDirDeg":
    case "meanWaveDirDeg":
      return `${decimal(value, 0, "").trim()}°\u00a0${compassPoint(value)}`;
    case "pressureHpa":
    case "pressureTendencyHpa":
      return decimal(value, 1, "hPa");
    case "visibilityNmi":
      return decimal(value, 1, "nmi");
    case "tideFt":
      return units.waves === "ft" ? decimal(value, 1, "ft") : decimal(value * metresPerFoot, 1, "m");
  }
}

const compassPoints = "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split(" ");
const compassWords = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

/** Returns one of 16 compass points: `WNW`. */
export function compassPoint(degrees: number): string {
  return compassPoints[Math.round(degrees / 22.5) % compassPoints.length] ?? "N";
}

/** Returns one of eight compass points in words: `north-west`. */
export function compassWord(degrees: number): string {
  return compassWords[Math.round(degrees / 45) % compassWords.length] ?? "north";
}

function decimal(value: number, digits: number, unit: string): string {
  const text = Math.abs(value).toFixed(digits);
  // A negative value that rounds to zero has no minus.
  const sign = value < 0 && Number(text) !== 0 ? "−" : "";
  return `${sign}${text}\u00a0${unit}`;
}
