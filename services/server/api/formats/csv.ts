// CSV, and what is in the columns of each table.

import { measurements, medianMeasurements, type StoredObservation } from "../../../../shared/measurements.ts";
import { type Station, stationFields } from "../../../../shared/station.ts";
import type { Medians } from "../compute-medians.ts";
import type { Conditions } from "../conditions.ts";

/** A table of CSV: what its columns are called, units in the names, and what stands in each of a row. */
export type CsvTable<Row> = {
  columns: readonly string[];
  cells: (row: Row) => (string | number | null)[];
};

/** Rows as lines of CSV (RFC 4180). What was not measured is an empty field. */
export function csvLines<Row>({ cells }: CsvTable<Row>, rows: readonly Row[]): string {
  return rows.map((row) => line(cells(row))).join("");
}

/** The first line, with the names of the columns. */
export function csvHeader({ columns }: CsvTable<never>): string {
  return line(columns);
}

function line(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Observations, one a line. */
export const observationTable: CsvTable<StoredObservation> = {
  columns: ["stationId", "timestamp", ...measurements, "eventId"],
  cells: (row) => [row.stationId, row.observedAt.toISOString(), ...measurements.map((name) => row[name]), row.eventId],
};

/** What each station measured last: after each value the time of it. */
export const conditionsTable: CsvTable<Conditions> = {
  columns: ["stationId", ...measurements.flatMap((name) => [name, `${name}At`])],
  cells: (row) => [
    row.stationId,
    ...measurements.flatMap((name) => [row[name]?.value ?? null, row[name]?.at.toISOString() ?? null]),
  ],
};

/** The past in steps, one a line. */
export const mediansTable: CsvTable<Medians> = {
  columns: ["at", "stations", ...medianMeasurements],
  cells: (row) => [row.at.toISOString(), row.stations, ...medianMeasurements.map((name) => row[name])],
};

/** Stations, one a line. */
export const stationTable: CsvTable<Station> = {
  columns: stationFields,
  cells: (row) => stationFields.map((name) => row[name]),
};
