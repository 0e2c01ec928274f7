import { stationIdPattern } from "../../../shared/measurements.ts";
import { badParameter } from "../problem.ts";

/** West, south, east and north in degrees; `west > east` spans the date line. */
export type BoundingBox = { west: number; south: number; east: number; north: number };

/** Which observations a listener wants; without both, all. */
export type Filter = { stations: Set<string> | null; bbox: BoundingBox | null };

/** Where a station lies, in decimal degrees; `null` when that is not known. */
export type Position = { latitude: number; longitude: number } | null;

const maxStations = 500;

/**
 * Reads `?stations=44009,46026` and `?bbox=west,south,east,north`.
 * @throws {ProblemError} 400, naming the parameter
 */
export function parseFilter(stations: string | undefined, bbox: string | undefined): Filter {
  return {
    stations: stations === undefined ? null : parseStations(stations),
    bbox: bbox === undefined ? null : parseBbox(bbox),
  };
}

/** Station ids with commas between them, at most 500. @throws {ProblemError} 400 */
export function parseStations(list: string): Set<string> {
  const ids = list.split(",").map((id) => id.trim().toUpperCase());
  const wrong = ids.find((id) => !stationIdPattern.test(id));
  if (wrong !== undefined) {
    throw badParameter("stations", `"${wrong}" is not a station id: 4 to 10 letters and digits, like 44009`);
  }
  if (ids.length > maxStations) throw badParameter("stations", `${ids.length} ids, at most ${maxStations} are allowed`);
  return new Set(ids);
}

function parseBbox(text: string): BoundingBox {
  const numbers = text
    .split(",")
    .map((part) => (/^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(part) ? Number(part) : Number.NaN));
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = numbers;
  const within = (value: number, limit: number) => Math.abs(value) <= limit;
  if (numbers.length !== 4 || !within(west, 180) || !within(east, 180) || !within(south, 90) || !within(north, 90)) {
    throw badParameter("bbox", "must be west,south,east,north in degrees, like -130,30,-110,50");
  }
  if (south > north) throw badParameter("bbox", `south (${south}) lies north of north (${north})`);
  return { west, south, east, north };
}

/** Whether a filter lets a station's observations through. */
export function matches(filter: Filter, stationId: string, position: Position): boolean {
  if (filter.stations !== null && !filter.stations.has(stationId)) return false;
  return filter.bbox === null || (position !== null && contains(filter.bbox, position));
}

function contains({ west, south, east, north }: BoundingBox, { latitude, longitude }: NonNullable<Position>): boolean {
  if (latitude < south || latitude > north) return false;
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
}
