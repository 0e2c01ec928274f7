// Writes reports in the formats of NDBC's files.

import type { Measurement } from "../../../shared/measurements.ts";
import type { SimulatedReport } from "./reports.ts";
import type { SimulatedStation } from "./stations.ts";
import type { WaveTrain } from "./waves.ts";

/** Describes a column: its measurement, its width with leading blanks, and its number of decimals. */
type Column = [measurement: Measurement, width: number, decimals: number];

const latestHeader = `\
#STN       LAT      LON  YYYY MM DD hh mm WDIR WSPD   GST WVHT  DPD APD MWD   PRES  PTDY  ATMP  WTMP  DEWP  VIS   TIDE
#text      deg      deg   yr mo day hr mn degT  m/s   m/s   m   sec sec degT   hPa   hPa  degC  degC  degC  nmi     ft
`;

const latestColumns: Column[] = [
  ["windDirDeg", 4, 0],
  ["windSpeedMps", 6, 1],
  ["gustMps", 6, 1],
  ["waveHeightM", 5, 1],
  ["dominantPeriodS", 4, 0],
  ["averagePeriodS", 5, 1],
  ["meanWaveDirDeg", 4, 0],
  ["pressureHpa", 7, 1],
  ["pressureTendencyHpa", 6, 1],
  ["airTempC", 6, 1],
  ["waterTempC", 6, 1],
  ["dewPointC", 6, 1],
  ["visibilityNmi", 5, 1],
  ["tideFt", 7, 2],
];

const realtimeHeader = `\
#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE
#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC  nmi  hPa    ft
`;

const hourlyHeader = `\
#STN  YY   MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE
#txt  yr   mo dy hr mn degT m/s  m/s     m   sec   sec deg    hPa  degC  degC  degC  nmi  hPa    ft
`;

const realtimeColumns: Column[] = [
  ["windDirDeg", 4, 0],
  ["windSpeedMps", 5, 1],
  ["gustMps", 5, 1],
  ["waveHeightM", 6, 1],
  ["dominantPeriodS", 6, 0],
  ["averagePeriodS", 6, 1],
  ["meanWaveDirDeg", 4, 0],
  ["pressureHpa", 7, 1],
  ["airTempC", 6, 1],
  ["waterTempC", 6, 1],
  ["dewPointC", 6, 1],
  ["visibilityNmi", 5, 1],
  ["pressureTendencyHpa", 5, 1],
  ["tideFt", 6, 2],
];

const specHeader = `\
#YY  MM DD hh mm WVHT  SwH  SwP  WWH  WWP SwD WWD  STEEPNESS  APD MWD
#yr  mo dy hr mn    m    m  sec    m  sec  -  degT     -      sec degT
`;

/** Writes `latest_obs.txt`: the newest row of each station, in the given order. */
export function formatLatestObs(rows: { station: SimulatedStation; report: SimulatedReport }[]): string {
  const lines = rows.map(({ station, report }) => {
    const position = `${station.lat.toFixed(3).padStart(8)}${station.lon.toFixed(3).padStart(9)}`;
    return `${station.id.padEnd(7)}${position} ${timeColumns(report)}${columns(latestColumns, report)}\n`;
  });
  return latestHeader + lines.join("");
}

/** Writes `realtime2/<ID>.txt`: one station's rows, in the given order (newest first). */
export function formatRealtime(reports: SimulatedReport[]): string {
  return realtimeHeader + reports.map((report) => `${realtimeRow(report)}\n`).join("");
}

/** Writes `hourly2/hour_HH.txt`: the rows of all stations in one hour, in the given order. */
export function formatHourly(reports: SimulatedReport[]): string {
  return hourlyHeader + reports.map((report) => `${report.stationId.padEnd(5)} ${realtimeRow(report)}\n`).join("");
}

/** Writes `realtime2/<ID>.spec`: wind sea and swell of each row. Rows without waves are skipped. */
export function formatSpec(reports: SimulatedReport[]): string {
  return (
    specHeader + reports.flatMap((report) => (report.seaState ? `${specRow(report, report.seaState)}\n` : [])).join("")
  );
}

/** Writes `activestations.xml` in its form of 2026, with declaration and root on one line. */
export function formatActiveStations(stations: SimulatedStation[], owner: string, created: Date): string {
  const stamp = `${created.toISOString().slice(0, 19)}UTC`;
  const elements = stations.map((station) => {
    const attributes = {
      id: station.id.toLowerCase(),
      lat: station.lat,
      lon: station.lon,
      elev: 0,
      name: station.name,
      owner,
      pgm: station.programme,
      type: station.type,
      met: "y",
      currents: "n",
      waterquality: "n",
      dart: "n",
    };
    const text = Object.entries(attributes).map(([name, value]) => `${name}="${Bun.escapeHTML(String(value))}"`);
    return `  <station ${text.join(" ")}/>\n`;
  });
  return `<?xml version="1.0" encoding="utf-8"?><stations created="${stamp}" count="${stations.length}">
  <!--Site Elevation (elev attribute), when present, is reported in meters above mean sea level.-->
${elements.join("")}</stations>
`;
}

const realtimeRow = (report: SimulatedReport) => timeColumns(report) + columns(realtimeColumns, report);

/** `2026 06 12 18 40` */
const timeColumns = (report: SimulatedReport) => report.observedAt.toISOString().slice(0, 16).replace(/[-T:]/g, " ");

const columns = (of: Column[], report: SimulatedReport) =>
  of.map(([name, width, decimals]) => cell(report[name], width, decimals, name === "pressureTendencyHpa")).join("");

/** Formats a value; `MM` means missing. A pressure tendency always has a sign, even `-0.0`. */
function cell(value: number | null, width: number, decimals: number, signed = false): string {
  if (value === null) return "MM".padStart(width);
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? "-" : signed ? "+" : "";
  return (sign + Math.abs(value).toFixed(decimals)).padStart(width);
}

function specRow(report: SimulatedReport, { windSea, swell }: { windSea: WaveTrain; swell: WaveTrain | null }): string {
  return [
    timeColumns(report),
    cell(report.waveHeightM, 5, 1),
    cell(swell?.heightM ?? 0, 5, 1),
    cell(swell?.periodS ?? null, 5, 1),
    cell(windSea.heightM, 5, 1),
    cell(windSea.periodS, 5, 1),
    (swell ? compassPoint(swell.fromDeg) : "MM").padStart(4),
    compassPoint(windSea.fromDeg).padStart(4),
    steepness(report).padStart(11),
    cell(report.averagePeriodS, 5, 1),
    cell(report.meanWaveDirDeg, 4, 0),
  ].join("");
}

const compassPoints = "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split(" ");

const compassPoint = (bearingDeg: number) => compassPoints[Math.round(bearingDeg / 22.5) % 16] ?? "MM";

/** Classifies wave height divided by wavelength in deep water, in NDBC's words. The thresholds are a guess. */
function steepness({ waveHeightM, dominantPeriodS }: SimulatedReport): string {
  if (waveHeightM === null || dominantPeriodS === null) return "N/A";
  const ratio = waveHeightM / (1.56 * dominantPeriodS ** 2);
  if (ratio > 0.03) return "VERY_STEEP";
  if (ratio > 0.015) return "STEEP";
  return ratio > 0.005 ? "AVERAGE" : "SWELL";
}
