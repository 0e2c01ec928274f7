// CSV output, and the columns of each table.

import { measurements, medianMeasurements, type StoredObservation } from "../../../../shared/measurements.ts";
import { type Station, stationFields } from "../../../../shared/station.ts";
import type { Medians } from "../medians/compute-medians.ts";

/** Column names (with units) and cell values of a CSV table. */
export type CsvTable<Row> = {
  columns: readonly string[];
  cells: (row: Row) => (string | number | null)[];
};

/** Encodes rows as CSV lines (RFC 4180). A missing value is an empty field. */
export function csvLines<Row>({ cells }: CsvTable<Row>, rows: readonly Row[]): string {
  return rows.map((row) => line(cells(row))).join("");
}

/** Encodes the header line with the column names. */
export function csvHeader({ columns }: CsvTable<never>): string {
  return line(columns);
}

function line(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** Starts of a text that a spreadsheet would run as a formula; an apostrophe before it keeps it a text. */
const runnable = /^[=+\-@\t\r]/;

function cell(value: string | number | null): string {
  if (value === null) return "";
  const text = typeof value === "string" && runnable.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Observations, one per line. */
export const observationTable: CsvTable<StoredObservation> = {
  columns: ["stationId", "timestamp", ...measurements, "eventId"],
  cells: (row) => [row.stationId, row.observedAt.toISOString(), ...measurements.map((name) => row[name]), row.eventId],
};

/** Medians, one step per line. */
export const mediansTable: CsvTable<Medians> = {
  columns: ["at", "stations", ...medianMeasurements],
  cells: (row) => [row.at.toISOString(), row.stations, ...medianMeasurements.map((name) => row[name])],
};

/** Stations, one per line. */
export const stationTable: CsvTable<Station> = {
  columns: stationFields,
  cells: (row) => stationFields.map((name) => row[name]),
};
