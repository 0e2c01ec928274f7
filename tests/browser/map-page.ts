import { createWorldMap, type MapStation, type Mark } from "../../web/map/world-map.ts";

/** What the page of the map tells the test. Everything is of the last {@link reset}. */
const told = {
  selected: [] as (string | null)[],
  hovered: [] as (string | null)[],
  views: 0,
  /** Scripting time of each animation frame in which the map drew, in ms. */
  frameCosts: [] as number[],
};

const requestFrame = globalThis.requestAnimationFrame;
let costOfFrame = { atMs: -1, cost: 0 };
globalThis.requestAnimationFrame = (callback) =>
  requestFrame.call(globalThis, (nowMs) => {
    const startMs = performance.now();
    callback(nowMs);
    if (costOfFrame.atMs !== nowMs) {
      if (costOfFrame.atMs >= 0) told.frameCosts.push(costOfFrame.cost);
      costOfFrame = { atMs: nowMs, cost: 0 };
    }
    costOfFrame.cost += performance.now() - startMs;
  });

const element = document.getElementById("map");
if (!element) throw new Error("the page has no map");
const map = createWorldMap(element, {
  onSelect: (stationId) => {
    told.selected.push(stationId);
    map.select(stationId);
  },
  onHover: (stationId) => told.hovered.push(stationId),
  onView: () => told.views++,
});

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

Object.assign(globalThis, { map, told, reset, crowd, voyage, inkOfPulses });

function reset(): void {
  told.selected.length = 0;
  told.hovered.length = 0;
  told.frameCosts.length = 0;
  told.views = 0;
}

/** A network as large as the real one, along both coasts of America and over the Pacific. */
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

/** Pans and zooms for a while, a step each frame, while bells ring. @returns the time between frames, in ms */
function voyage(ms: number): Promise<number[]> {
  const gaps: number[] = [];
  const startMs = performance.now();
  let lastMs = startMs;
  return new Promise((resolve) => {
    const step = (nowMs: number) => {
      gaps.push(nowMs - lastMs);
      lastMs = nowMs;
      const progress = (nowMs - startMs) / ms;
      if (progress >= 1) return resolve(gaps.slice(2));
      map.pulse(`S${gaps.length}`, 0.5, nowMs);
      map.setView({
        longitude: -130 + 40 * Math.sin(progress * 9),
        latitude: 35 + 10 * Math.cos(progress * 7),
        zoom: 2.5 + 1.5 * Math.sin(progress * 5),
      });
      requestFrame.call(globalThis, step);
    };
    requestFrame.call(globalThis, step);
  });
}

/** How many pixels of the canvas of the pulses are drawn on. */
function inkOfPulses(): number {
  const canvas = document.querySelectorAll("canvas")[2];
  const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  let ink = 0;
  for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) ink++;
  return ink;
}
