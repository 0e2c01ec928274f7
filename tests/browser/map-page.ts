// A page with only a map, for tests/browser/map.test.ts.

import { systemClock } from "../../shared/clock.ts";
import type { Mark } from "../../web/map/layers/marks.ts";
import type { MapStation } from "../../web/map/layers/stations.ts";
import { createWorldMap } from "../../web/map/world-map.ts";

/** Data that the page collects for the test since the last {@link reset}. */
const reported = {
  selected: [] as (string | null)[],
  views: 0,
};

const element = document.getElementById("map");
if (!element) throw new Error("the page has no map");
const map = createWorldMap(
  element,
  {
    onSelect: (stationId) => {
      reported.selected.push(stationId);
      map.select(stationId);
    },
    onView: () => reported.views++,
  },
  systemClock,
);

const stations: MapStation[] = [
  { stationId: "46026", longitude: -122.84, latitude: 37.75 },
  { stationId: "46042", longitude: -122.4, latitude: 36.79 },
  { stationId: "46013", longitude: -123.3, latitude: 38.24 },
  { stationId: "51101", longitude: -162.08, latitude: 24.36 },
  { stationId: "44009", longitude: -74.7, latitude: 38.46 },
];
const mark: Mark = { waterTempC: 13, waveHeightM: 2, windSpeedMps: 8, windDirDeg: 300, ageMin: 30 };
map.setStations(stations);
map.setMarks(new Map(stations.map(({ stationId }) => [stationId, mark])));

Object.assign(globalThis, { map, reported, reset, crowd, ringsSeen, beamDeg, lightnessAt });

function reset(): void {
  reported.selected.length = 0;
  reported.views = 0;
}

/** Adds a network as large as the real one, along both coasts of America and in the Pacific. */
function crowd(count: number): void {
  const many = Array.from({ length: count }, (_, i): MapStation => {
    const along = (i * 0.618034) % 1;
    const longitude = [-125 + 8 * along, -80 + 18 * along, -175 + 50 * along][i % 3] ?? 0;
    return { stationId: `S${i}`, longitude, latitude: 20 + 40 * ((i * 0.754877) % 1) };
  });
  map.setStations(many);
  map.setMarks(
    new Map(
      many.map(({ stationId }, i) => [
        stationId,
        {
          waterTempC: i % 5 === 0 ? null : i % 30,
          waveHeightM: i % 3 === 0 ? null : (i % 14) / 2,
          windSpeedMps: i % 20,
          windDirDeg: (i * 37) % 360,
          ageMin: (i * 7) % 200,
        },
      ]),
    ),
  );
}

/** Returns the width on the screen of each visible ring. */
function ringsSeen(): number[] {
  return Array.from(document.querySelectorAll(".pulse"))
    .filter((ring) => Number(getComputedStyle(ring).opacity) > 0)
    .map((ring) => ring.getBoundingClientRect().width);
}

/** Returns the lighthouse's direction, degrees from north; `null` while it is dark. */
function beamDeg(): number | null {
  const beam = document.querySelector<HTMLElement>(".beam");
  if (!beam || beam.hidden || beam.style.visibility === "hidden") return null;
  const { opacity, rotate } = getComputedStyle(beam);
  return opacity === "0" ? null : Number.parseFloat(rotate);
}

/** Returns the lightness of the map at a point, 0..255. */
function lightnessAt(x: number, y: number): number {
  const chart = document.querySelectorAll("canvas")[1];
  const { left, top, width } = chart?.getBoundingClientRect() ?? new DOMRect();
  const ratio = (chart?.width ?? 0) / width;
  const copy = new OffscreenCanvas(1, 1).getContext("2d");
  if (chart) copy?.drawImage(chart, -(x - left) * ratio, -(y - top) * ratio);
  const pixel = copy?.getImageData(0, 0, 1, 1).data ?? [];
  return ((pixel[0] ?? 0) + (pixel[1] ?? 0) + (pixel[2] ?? 0)) / 3;
}
