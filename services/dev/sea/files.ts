// Builds the files of the simulated NDBC server for a given time.

import { simulationOwner } from "../../../shared/upstream.ts";
import { formatActiveStations, formatHourly, formatLatestObs, formatRealtime, formatSpec } from "./format.ts";
import { lastChange, newestReport, reportsOfHour, reportsOfStation, startOfHour } from "./reports.ts";
import { type SimulatedStation, stations } from "./stations.ts";
import type { Sea } from "./weather.ts";

/** One file of the simulated NDBC server. */
export type SeaFile = {
  contentType: string;
  /** In whole seconds: the content never changes within a second. */
  lastModified: Date;
  /** Returns the text. Computed on demand, because a 304 does not need it. */
  content(): string;
};

/**
 * Returns the file at a path of NDBC's web server at the time `now`.
 * @returns null if NDBC would have no such file
 */
export function fileAt(sea: Sea, path: string, now: Date): SeaFile | null {
  const second = new Date(Math.floor(now.getTime() / 1000) * 1000);
  if (path === "/data/latest_obs/latest_obs.txt") return latestObs(sea, second);
  if (path === "/activestations.xml") return activeStations(second);
  const hour = /^\/data\/hourly2\/hour_([01]\d|2[0-3])\.txt$/.exec(path)?.[1];
  if (hour) return hourly(sea, Number(hour), second);
  const [, id, extension] = /^\/data\/realtime2\/([A-Z0-9]+)\.(txt|spec)$/.exec(path) ?? [];
  const station = stations.find((station) => station.id === id);
  if (!station) return null;
  return extension === "txt" ? realtime(sea, station, second) : spec(sea, station, second);
}

function latestObs(sea: Sea, now: Date): SeaFile {
  const isPaced = sea.paceSeconds >= 60;
  return {
    contentType: plainText,
    lastModified: isPaced ? newestBatch(sea, now) : newest(sea, now),
    content: () =>
      formatLatestObs(
        stations.map((station, index) => ({
          station,
          report: newestReport(sea, station, isPaced ? stationBatch(sea, now, index) : now),
        })),
      ),
  };
}

/** Returns when the station's newest row entered the file: half of the stations are in each batch, in turn. */
function stationBatch(sea: Sea, now: Date, index: number): Date {
  const batch = Math.floor(now.getTime() / 1_000 / sea.paceSeconds);
  return new Date((batch - ((batch + index) % 2)) * sea.paceSeconds * 1_000);
}

/** Returns when the newest batch began. */
const newestBatch = (sea: Sea, now: Date) =>
  new Date(Math.floor(now.getTime() / 1_000 / sea.paceSeconds) * sea.paceSeconds * 1_000);

function hourly(sea: Sea, hourOfDay: number, now: Date): SeaFile {
  // Until the first rows of a new hour arrive, its file holds yesterday's rows.
  const asked = new Date(now.getTime() - firstRowsMs);
  const start = startOfHour(hourOfDay, asked).getTime();
  // The last waves of an hour arrive within two minutes of its end. One hour later its rows are thinned out, and it is final.
  const settled = new Date(Math.min(now.getTime(), start + 62 * minuteMs));
  const thinned = start + 120 * minuteMs;
  return {
    contentType: plainText,
    lastModified:
      now.getTime() >= thinned ? new Date(thinned) : latest(new Date(start + firstRowsMs), newest(sea, settled)),
    content: () => formatHourly(stations.flatMap((station) => reportsOfHour(sea, station, new Date(start), now))),
  };
}

function realtime(sea: Sea, station: SimulatedStation, now: Date): SeaFile {
  return {
    contentType: plainText,
    lastModified: stationFileChange(sea, station, now),
    content: () => formatRealtime(reportsOfStation(sea, station, now)),
  };
}

function spec(sea: Sea, station: SimulatedStation, now: Date): SeaFile | null {
  if (!station.measures.includes("waveHeightM")) return null;
  return {
    contentType: plainText,
    lastModified: stationFileChange(sea, station, now),
    content: () => formatSpec(reportsOfStation(sea, station, now)),
  };
}

/** Like NDBC's, this file is written again every five minutes, a few seconds after the full minute. */
function activeStations(now: Date): SeaFile {
  const every = 5 * minuteMs;
  const created = new Date(Math.floor((now.getTime() - 1000) / every) * every + 1000);
  return {
    contentType: "application/xml",
    lastModified: created,
    content: () => formatActiveStations(stations, simulationOwner, created),
  };
}

const plainText = "text/plain; charset=ISO-8859-1";

const minuteMs = 60_000;

/** Delay of the first rows. At most one of three consecutive stations is silent, and about one station reports each second. */
const firstRowsMs = 5_000;

const newest = (sea: Sea, now: Date) => latest(...stations.map((station) => lastChange(sea.seed, station, now)));

/** A station's file changes with each new row, and at the start of an hour, when old rows are thinned out or dropped. */
function stationFileChange(sea: Sea, station: SimulatedStation, now: Date): Date {
  return latest(startOfHour(now.getUTCHours(), now), lastChange(sea.seed, station, now));
}

const latest = (...times: Date[]) => new Date(Math.max(...times.map((time) => time.getTime())));
