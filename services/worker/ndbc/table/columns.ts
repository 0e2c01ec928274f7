// Reads measurements: names, units and plausible ranges of NDBC's columns.

import { type Measurement, measurements, type Observation } from "../../../../shared/measurements.ts";
import { recordOf } from "../../../../shared/record-of.ts";
import { NotDataError } from "../errors.ts";
import type { Row } from "./cells.ts";
import { type NumberColumn, notMeasured, readNumber } from "./missing-values.ts";
import { findColumn, type Table } from "./table.ts";

/** NDBC's name of a measured field, its known units, and its plausible range. */
type Column = Pick<NumberColumn, "name" | "min" | "max"> & { units: readonly string[]; filler?: number };

/**
 * Names and units as NDBC's page "Measurement Descriptions and Units" has them (www.ndbc.noaa.gov/faq/measdes.shtml);
 * hourly files write `deg` for `degT`. NDBC itself checks for gross errors only: now and then a broken sensor reports water
 * of -27.8 °C. So each value must be within the recorded extremes, with some margin. "WMO" is its archive of weather
 * and climate extremes, wmo.asu.edu. No window admits a filler of nines but {@link readGust}'s.
 */
const columns: Record<Measurement, Column> = {
  // Highest by a buoy: 19.0 m, North Atlantic, 4 February 2013 (WMO). Typhoon Krosa, 2007, off Taiwan: 24 m (Babanin et al. 2011).
  waveHeightM: { name: "WVHT", units: ["m"], min: 0, max: 30 },
  // Highest sustained wind: 95 m/s, Typhoon Haiyan 2013 and Hurricane Patricia 2015 (WMO). 99.0 is NDBC's filler.
  windSpeedMps: { name: "WSPD", units: ["m/s"], min: 0, max: 98 },
  windDirDeg: { name: "WDIR", units: ["degT", "deg"], min: 0, max: 360 },
  // Sea water freezes at -1.9 °C, under pressure at -2.6 °C. Highest: 38.4 °C, Manatee Bay (NDBC's MNBF1), 24 July 2023.
  waterTempC: { name: "WTMP", units: ["degC"], min: -5, max: 45 },
  // 870 hPa, Typhoon Tip, 12 October 1979; 1083.8 hPa, Agata, 31 December 1968; 1089.4 hPa, Tosontsengel, 30 December 2004 (WMO).
  pressureHpa: { name: "PRES", units: ["hPa"], min: 860, max: 1095 },
  // 113.2 m/s, Barrow Island, Cyclone Olivia, 10 April 1996 (WMO).
  gustMps: { name: "GST", units: ["m/s"], min: 0, max: 120 },
  // NDBC's wave spectra start at 0.02 Hz, which is 50 s. The shortest seas that a buoy resolves are at 1 Hz.
  // Some Korean buoys write 0 for a dominant period they do not measure.
  dominantPeriodS: { name: "DPD", units: ["sec"], min: 1, max: 50, filler: 0 },
  averagePeriodS: { name: "APD", units: ["sec"], min: 1, max: 50 },
  meanWaveDirDeg: { name: "MWD", units: ["degT", "deg"], min: 0, max: 360 },
  // -89.2 °C, Vostok, 21 July 1983; 56.7 °C, Furnace Creek, 10 July 1913 (WMO).
  airTempC: { name: "ATMP", units: ["degC"], min: -95, max: 60 },
  // Never above the air, and dry air's is far below it. Highest: 35 °C, Dhahran, 8 July 2003 (Burt, Extreme Weather).
  // The lower bound is our own choice, without a record: 10 °C below the coldest air that we accept.
  dewPointC: { name: "DEWP", units: ["degC"], min: -105, max: 40 },
  // The largest visibility that WMO's code table 4377 knows is "more than 70 km", 38 nmi. NDBC's platforms report 27.
  visibilityNmi: { name: "VIS", units: ["nmi"], min: 0, max: 60 },
  // Over 3 h. Hurricane Wilma went from 982 to 882 hPa in a day, at 9.7 hPa an hour (NHC, 19 October 2005), and an eye that
  // passes brings most of its depth within 3 h. The code in which stations report it (WMO FM 12, 5appp) ends at 99.9 hPa.
  pressureTendencyHpa: { name: "PTDY", units: ["hPa"], min: -100, max: 100 },
  // Above low water. Largest tidal range: 53 ft, Bay of Fundy (NOAA); with the Saxby Gale of 1869 some 70 ft there.
  // The lower bound is our own choice, without a record: more than half of that range below low water.
  tideFt: { name: "TIDE", units: ["ft"], min: -30, max: 80 },
};

/** Where in a table's rows each measured field is; `null`: not read from this table. */
export type MeasurementColumns = Record<Measurement, NumberColumn | null>;

/**
 * Finds the columns of measured fields by name and checks their units. One that cannot be read is noted in the table, and
 * its field is `null` in every row.
 * @param fields the fields to read; other columns are ignored
 * @param missing the words for "not measured". Runs of nines are not among them: 999.0 hPa and 99° are real values.
 * @throws {NotDataError} when none of them can be read
 */
export function bindMeasurements(
  table: Table,
  fields: readonly Measurement[] = measurements,
  missing: readonly string[] = [notMeasured],
): MeasurementColumns {
  const bind = (field: Measurement): NumberColumn | null => {
    const column = columns[field];
    const index = fields.includes(field) ? findColumn(table, column.name, column.units) : null;
    if (index === null) return null;
    const { name, min, max, filler = null } = column;
    return { name, index, missing, filler, min, max };
  };
  const bound = recordOf(measurements, bind);
  if (Object.values(bound).every((column) => column === null)) {
    throw new NotDataError("a file without a column of measurements");
  }
  return bound;
}

/**
 * Returns the observation in a row. A value outside its plausible range and a cell without a number are `null`, and are
 * added to the row's lists.
 */
export function readObservation(row: Row, from: MeasurementColumns, stationId: string, observedAt: Date): Observation {
  const windSpeedMps = readNumber(row, from.windSpeedMps);
  // One object literal on purpose: backfill reads a million rows, and building them in a loop takes most of its time.
  return {
    stationId,
    observedAt,
    waveHeightM: readNumber(row, from.waveHeightM),
    windSpeedMps,
    windDirDeg: readNumber(row, from.windDirDeg),
    waterTempC: readNumber(row, from.waterTempC),
    pressureHpa: readNumber(row, from.pressureHpa),
    gustMps: readGust(row, from.gustMps, windSpeedMps),
    dominantPeriodS: readNumber(row, from.dominantPeriodS),
    averagePeriodS: readNumber(row, from.averagePeriodS),
    meanWaveDirDeg: readNumber(row, from.meanWaveDirDeg),
    airTempC: readNumber(row, from.airTempC),
    dewPointC: readNumber(row, from.dewPointC),
    visibilityNmi: readNumber(row, from.visibilityNmi),
    pressureTendencyHpa: readNumber(row, from.pressureTendencyHpa),
    tideFt: readNumber(row, from.tideFt),
  };
}

/** Filler for a missing gust in other kinds of NDBC's files. */
const gustFillerMps = 99;
/** The record gust of Barrow Island was up to 2.75 times the mean wind (WMO): a real gust of 99 m/s needs this wind. */
const minWindOfGustMps = gustFillerMps / 2.75;

function readGust(row: Row, column: NumberColumn | null, windSpeedMps: number | null): number | null {
  const gustMps = readNumber(row, column);
  if (gustMps !== gustFillerMps || (windSpeedMps ?? 0) >= minWindOfGustMps) return gustMps;
  row.implausible.push({ line: row.line, column: "GST", value: gustMps });
  return null;
}
