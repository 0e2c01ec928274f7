// Units, and formats of measured values.

import type { Measurement } from "../../shared/measurements.ts";
import * as valueWords from "./english/values.ts";
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

// Created once: creating them takes longer than all other work for a report.
const decimals = [fixed(0), fixed(1)] as const;

/** Returns a field's label on the page. */
export function labelOf(field: Measurement): string {
  return valueWords.fields[field];
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

/** Returns one of 16 compass points: `WNW`. */
export function compassPoint(degrees: number): string {
  const points = valueWords.compass;
  return points[Math.round(degrees / 22.5) % points.length] ?? points[0];
}

/** Formats a number with a fixed number of decimal places, without thousands separators. */
export function formatDecimal(value: number, digits: 0 | 1): string {
  return decimals[digits].format(value);
}

function fixed(digits: number): Intl.NumberFormat {
  const [minimumFractionDigits, maximumFractionDigits] = [digits, digits];
  return new Intl.NumberFormat(valueWords.locale, { minimumFractionDigits, maximumFractionDigits, useGrouping: false });
}

function decimal(value: number, digits: 0 | 1, unit: string): string {
  const text = formatDecimal(Math.abs(value), digits);
  // A negative value that rounds to zero has no minus.
  const sign = value < 0 && /[1-9]/.test(text) ? "−" : "";
  return `${sign}${text}\u00a0${unit}`;
}
