// The stations on the map, their marks and the selection.

import { type PlanePoint, project } from "./camera/plane.ts";
import type { Mark } from "./layers/marks.ts";
import type { ChartedStation, MapStation } from "./layers/stations.ts";
import { type Direction, nearestInDirection, nearestTo } from "./nearest.ts";

/** The stations on the map, their marks, and the selected station. */
export type Scene = {
  /** Back to front. */
  readonly stations: readonly ChartedStation[];
  readonly marks: ReadonlyMap<string, Mark>;
  readonly selected: string | null;
  readonly hovered: string | null;
  /** Sets all stations, sorted north to south: nearer marks cover farther ones. */
  setStations(all: Iterable<MapStation>): void;
  /** Sets the marks; a station without a mark is a dot. */
  setMarks(all: ReadonlyMap<string, Mark>): void;
  setMark(stationId: string, mark: Mark): void;
  select(stationId: string | null): void;
  hover(stationId: string | null): void;
  /** Returns a station with its position in the plane. */
  find(stationId: string): ChartedStation | undefined;
  /** Returns the station nearest to a point of the plane. @param reach in units of the plane */
  nearestTo(point: PlanePoint, reach?: number): string | null;
  /** Returns the next station in a direction. */
  nextTo(stationId: string, direction: Direction): string | null;
};

/** Makes an empty scene. @param onChange called when the map must be redrawn */
export function createScene(onChange: () => void): Scene {
  let points = new Map<string, ChartedStation>();
  const scene = {
    stations: [] as readonly ChartedStation[],
    marks: new Map<string, Mark>(),
    selected: null as string | null,
    hovered: null as string | null,
  };

  return Object.assign(scene, {
    setStations(all: Iterable<MapStation>) {
      scene.stations = [...all]
        .map((station) => ({ ...station, ...project(station.longitude, station.latitude) }))
        .sort((a, b) => a.y - b.y);
      points = new Map(scene.stations.map((station) => [station.stationId, station]));
      onChange();
    },
    setMarks(all: ReadonlyMap<string, Mark>) {
      scene.marks = new Map(all);
      onChange();
    },
    setMark(stationId: string, mark: Mark) {
      scene.marks.set(stationId, mark);
      onChange();
    },
    select: (stationId: string | null) => change("selected", stationId),
    hover: (stationId: string | null) => change("hovered", stationId),
    find: (stationId: string) => points.get(stationId),
    nearestTo: (point: PlanePoint, reach?: number) => nearestTo(points, point, reach),
    nextTo: (stationId: string, direction: Direction) => nearestInDirection(points, stationId, direction),
  });

  function change(what: "selected" | "hovered", stationId: string | null): void {
    if (scene[what] === stationId) return;
    scene[what] = stationId;
    onChange();
  }
}
