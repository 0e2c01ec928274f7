// Tests of the file formats that the simulated sea writes.

import { describe, expect, test } from "bun:test";
import {
  formatActiveStations,
  formatHourly,
  formatLatestObs,
  formatRealtime,
  formatSpec,
} from "../../../services/dev/sea/format.ts";
import type { SimulatedReport } from "../../../services/dev/sea/reports.ts";
import { type SimulatedStation, stations } from "../../../services/dev/sea/stations.ts";

const buoy: SimulatedReport = {
  stationId: "42056",
  observedAt: new Date("2026-06-12T18:40:00Z"),
  waveHeightM: null,
  windSpeedMps: 8,
  windDirDeg: 120,
  waterTempC: 29.2,
  pressureHpa: 1013.6,
  gustMps: 10,
  dominantPeriodS: null,
  averagePeriodS: 5.1,
  meanWaveDirDeg: 138,
  airTempC: 29,
  dewPointC: 25.7,
  visibilityNmi: null,
  pressureTendencyHpa: null,
  tideFt: null,
  seaState: null,
};

const wavesOnly: SimulatedReport = {
  ...buoy,
  stationId: "41002",
  observedAt: new Date("2018-08-01T14:50:00Z"),
  waveHeightM: 1.2,
  windSpeedMps: 7,
  windDirDeg: 150,
  gustMps: 8,
  dominantPeriodS: 6,
  averagePeriodS: 4.5,
  meanWaveDirDeg: 209,
  pressureHpa: 1023,
  airTempC: null,
  waterTempC: 28,
  dewPointC: null,
};

const stationOf = (id: string, lat: number, lon: number) => ({ ...someStation(), id, lat, lon });

function someStation(): SimulatedStation {
  const [station] = stations;
  if (!station) throw new Error("there is no station");
  return station;
}

const lines = (text: string) => text.split("\n");

describe("the simulated sea writes NDBC's formats byte for byte", () => {
  test("latest_obs.txt, as recorded in 2026", () => {
    const report = { ...buoy, stationId: "42056" };
    expect(lines(formatLatestObs([{ station: stationOf("42056", 19.82, -84.98), report }]))).toEqual([
      "#STN       LAT      LON  YYYY MM DD hh mm WDIR WSPD   GST WVHT  DPD APD MWD   PRES  PTDY  ATMP  WTMP  DEWP  VIS   TIDE",
      "#text      deg      deg   yr mo day hr mn degT  m/s   m/s   m   sec sec degT   hPa   hPa  degC  degC  degC  nmi     ft",
      "42056    19.820  -84.980 2026 06 12 18 40 120   8.0  10.0   MM  MM  5.1 138 1013.6    MM  29.0  29.2  25.7   MM     MM",
      "",
    ]);
  });

  test("realtime2/<ID>.txt", () => {
    expect(lines(formatRealtime([wavesOnly]))).toEqual([
      "#YY  MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE",
      "#yr  mo dy hr mn degT m/s  m/s     m   sec   sec degT   hPa  degC  degC  degC  nmi  hPa    ft",
      "2018 08 01 14 50 150  7.0  8.0   1.2     6   4.5 209 1023.0    MM  28.0    MM   MM   MM    MM",
      "",
    ]);
  });

  test("hourly2/hour_HH.txt, the same rows after the station's id", () => {
    const report: SimulatedReport = {
      ...wavesOnly,
      observedAt: new Date("2012-02-24T15:50:00Z"),
      pressureTendencyHpa: 0.7,
    };
    expect(lines(formatHourly([report]))).toEqual([
      "#STN  YY   MM DD hh mm WDIR WSPD GST  WVHT   DPD   APD MWD   PRES  ATMP  WTMP  DEWP  VIS PTDY  TIDE",
      "#txt  yr   mo dy hr mn degT m/s  m/s     m   sec   sec deg    hPa  degC  degC  degC  nmi  hPa    ft",
      "41002 2012 02 24 15 50 150  7.0  8.0   1.2     6   4.5 209 1023.0    MM  28.0    MM   MM +0.7    MM",
      "",
    ]);
  });

  test("realtime2/<ID>.spec, only rows with waves", () => {
    const windSea = { heightM: 1, periodS: 5.9, fromDeg: 203 };
    const swell = { heightM: 0.6, periodS: 8.3, fromDeg: 135 };
    expect(lines(formatSpec([{ ...wavesOnly, seaState: { windSea, swell } }, buoy]))).toEqual([
      "#YY  MM DD hh mm WVHT  SwH  SwP  WWH  WWP SwD WWD  STEEPNESS  APD MWD",
      "#yr  mo dy hr mn    m    m  sec    m  sec  -  degT     -      sec degT",
      "2018 08 01 14 50  1.2  0.6  8.3  1.0  5.9  SE SSW      STEEP  4.5 209",
      "",
    ]);
    expect(formatSpec([{ ...wavesOnly, seaState: { windSea, swell: null } }])).toContain(
      "\n2018 08 01 14 50  1.2  0.0   MM  1.0  5.9  MM SSW      STEEP  4.5 209\n",
    );
  });

  test("activestations.xml of 2026, with ids in lower case and escaped entities", () => {
    const station = { ...stationOf("51WH0", 22, -157), name: 'Murphy E&P "A" <old>', programme: "IOOS Partners" };
    expect(
      formatActiveStations([{ ...station, type: "buoy" }], "bellbuoy simulation", new Date("2026-08-27T14:40:01Z")),
    ).toBe(
      `<?xml version="1.0" encoding="utf-8"?><stations created="2026-08-27T14:40:01UTC" count="1">
  <!--Site Elevation (elev attribute), when present, is reported in meters above mean sea level.-->
  <station id="51wh0" lat="22" lon="-157" elev="0" name="Murphy E&amp;P &quot;A&quot; &lt;old&gt;" owner="bellbuoy simulation" pgm="IOOS Partners" type="buoy" met="y" currents="n" waterquality="n" dart="n"/>
</stations>
`,
    );
  });

  test("a pressure tendency always has a sign, even -0.0; a temperature only below zero", () => {
    const report = { ...wavesOnly, pressureTendencyHpa: -0, airTempC: -0.3 };
    expect(formatRealtime([report])).toContain(" 1023.0  -0.3  28.0    MM   MM -0.0    MM\n");
  });
});
