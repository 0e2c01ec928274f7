import { type Measurement, measurements, type Observation } from "../../../shared/measurements.ts";
import { quote } from "./not-data.ts";
import { BrokenRow, bindColumn, cellIs, cellNumber, cellText, type Row, type Table } from "./table.ts";

/** How NDBC calls a measured field, in which units we know it, and between which values it is believed. */
type Column = { name: string; units: readonly string[]; least: number; most: number };

/**
 * Names and units as NDBC's page "Measurement Descriptions and Units" has them (www.ndbc.noaa.gov/faq/measdes.shtml);
 * hourly files write `deg` for `degT`. The ranges are somewhat wider than the world's records: NDBC itself checks for
 * gross errors only, and now and then a broken sensor tells of water at -27.8 °C.
 */
const columns: Record<Measurement, Column> = {
  waveHeightM: { name: "WVHT", units: ["m"], least: 0, most: 25 },
  windSpeedMps: { name: "WSPD", units: ["m/s"], least: 0, most: 75 },
  windDirDeg: { name: "WDIR", units: ["degT", "deg"], least: 0, most: 360 },
  waterTempC: { name: "WTMP", units: ["degC"], least: -3, most: 40 },
  pressureHpa: { name: "PRES", units: ["hPa"], least: 860, most: 1085 },
  gustMps: { name: "GST", units: ["m/s"], least: 0, most: 110 },
  dominantPeriodS: { name: "DPD", units: ["sec"], least: 1, most: 30 },
  averagePeriodS: { name: "APD", units: ["sec"], least: 1, most: 30 },
  meanWaveDirDeg: { name: "MWD", units: ["degT", "deg"], least: 0, most: 360 },
  airTempC: { name: "ATMP", units: ["degC"], least: -60, most: 55 },
  dewPointC: { name: "DEWP", units: ["degC"], least: -60, most: 40 },
  visibilityNmi: { name: "VIS", units: ["nmi"], least: 0, most: 60 },
  pressureTendencyHpa: { name: "PTDY", units: ["hPa"], least: -25, most: 25 },
  tideFt: { name: "TIDE", units: ["ft"], least: -30, most: 60 },
};

/** Where in a table's rows each measured field is; `null`: not read from this table. */
export type MeasurementColumns = Record<Measurement, BoundColumn | null>;

type BoundColumn = Column & { index: number; missing: readonly string[] };

/**
 * Finds the columns of measured fields by name and checks their units.
 * @param fields those that the table must have; others are not read even where it has them
 * @param missing the words for "not measured". Runs of nines are none of them: 999.0 hPa and 99° are real.
 * @throws {NotDataError} when one is not there, is there twice, or has another unit
 */
export function bindMeasurements(
  table: Table,
  fields: readonly Measurement[] = measurements,
  missing: readonly string[] = ["MM"],
): MeasurementColumns {
  const bind = (field: Measurement): BoundColumn | null => {
    if (!fields.includes(field)) return null;
    const column = columns[field];
    return { ...column, index: bindColumn(table, column.name, column.units), missing };
  };
  return Object.fromEntries(measurements.map((field) => [field, bind(field)])) as MeasurementColumns;
}

/**
 * What a station measured at a time, as a row has it. A value outside of its range is left out and noted in the row.
 * @throws {BrokenRow} when a cell holds neither a number nor a word for "not measured"
 */
export function readObservation(row: Row, from: MeasurementColumns, stationId: string, observedAt: Date): Observation {
  // Written out in one piece: backfill reads a million rows, and building them in loops and pieces takes most of its time.
  return {
    stationId,
    observedAt,
    waveHeightM: readValue(row, from.waveHeightM),
    windSpeedMps: readValue(row, from.windSpeedMps),
    windDirDeg: readValue(row, from.windDirDeg),
    waterTempC: readValue(row, from.waterTempC),
    pressureHpa: readValue(row, from.pressureHpa),
    gustMps: readValue(row, from.gustMps),
    dominantPeriodS: readValue(row, from.dominantPeriodS),
    averagePeriodS: readValue(row, from.averagePeriodS),
    meanWaveDirDeg: readValue(row, from.meanWaveDirDeg),
    airTempC: readValue(row, from.airTempC),
    dewPointC: readValue(row, from.dewPointC),
    visibilityNmi: readValue(row, from.visibilityNmi),
    pressureTendencyHpa: readValue(row, from.pressureTendencyHpa),
    tideFt: readValue(row, from.tideFt),
  };
}

function readValue(row: Row, column: BoundColumn | null): number | null {
  if (column === null) return null;
  const { name, index, missing, least, most } = column;
  for (const word of missing) if (cellIs(row, index, word)) return null;
  const value = cellNumber(row, index);
  if (value >= least && value <= most) return value;
  if (Number.isNaN(value))
    throw new BrokenRow("number", `${name} is ${quote(cellText(row, index))}, which is no number`);
  // Some Korean buoys write 0 for a dominant period they do not measure.
  if (column.name !== "DPD" || value !== 0) row.implausible.push({ line: row.line, column: name, value });
  return null;
}
