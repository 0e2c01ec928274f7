// Draws the marks and labels of stations.

import { type Camera, type Size, toCanvas } from "../camera/camera.ts";
import { type PlanePoint, planeWidth } from "../camera/plane.ts";
import type { MapTheme } from "../colours.ts";
import { drawBuoy, drawWave, drawWindBarb, type Mark, unknownMark, waveRadius } from "./marks.ts";

/** A station's position. */
export type MapStation = { stationId: string; longitude: number; latitude: number };

/** A station and its position in the plane. */
export type ChartedStation = PlanePoint & MapStation;

/** The data that the marks show. */
type StationScene = {
  /** Back to front. */
  stations: readonly ChartedStation[];
  marks: ReadonlyMap<string, Mark>;
  selected: string | null;
  hovered: string | null;
  theme: MapTheme;
};

type SeenStation = { station: ChartedStation; mark: Mark; x: number; y: number };

const barbsFrom = 15_000;
const labelsFrom = 20_000;
const maxLabels = 80;
const labelFont = "600 12px system-ui, sans-serif";
const labelGap = 7;
const labelHeight = 15;
/** Max extent of a mark in pixels. */
const markReach = 30;

/** Draws the marks and labels of all visible stations. */
export function drawStations(context: CanvasRenderingContext2D, scene: StationScene, camera: Camera, size: Size): void {
  const worldWidth = planeWidth * camera.pixelsPerUnit;
  const scale = markScale(worldWidth);
  const { marks, theme, selected } = scene;
  const seen = scene.stations
    .map((station) => ({
      station,
      mark: marks.get(station.stationId) ?? unknownMark,
      ...toCanvas(station, camera, size),
    }))
    .filter(
      ({ x, y }) => x > -markReach && y > -markReach && x < size.width + markReach && y < size.height + markReach,
    );
  for (const { mark, x, y } of seen) drawWave(context, mark, x, y, scale, theme);
  for (const { mark, station, x, y } of seen) {
    const withBarb = worldWidth >= barbsFrom || station.stationId === selected;
    if (withBarb) drawWindBarb(context, mark, { x, y, latitude: station.latitude, theme });
    drawBuoy(context, mark, x, y, scale, theme);
  }
  drawLabels(context, scene, seen, scale, worldWidth >= labelsFrom);
}

/** Draws the selected station's label first, then as many as have room. */
function drawLabels(
  context: CanvasRenderingContext2D,
  { selected, hovered, theme }: StationScene,
  seen: SeenStation[],
  scale: number,
  withOthers: boolean,
): void {
  const isMarked = ({ station }: SeenStation) => station.stationId === selected || station.stationId === hovered;
  const others = withOthers ? seen.filter((place) => !isMarked(place)) : [];
  const taken: { x: number; y: number; width: number }[] = [];
  context.font = labelFont;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const { station, mark, x, y } of [...seen.filter(isMarked), ...others]) {
    if (taken.length === maxLabels) return;
    const { stationId } = station;
    const reach = stationId === selected ? drawHalo(context, mark, x, y, scale, theme) : 5 * scale;
    const left = x + reach + labelGap;
    const { width } = context.measureText(stationId);
    const overlaps = taken.some(
      (label) =>
        Math.abs(label.y - y) < labelHeight &&
        left < label.x + label.width + labelGap &&
        label.x < left + width + labelGap,
    );
    if (overlaps) continue;
    taken.push({ x: left, y, width });
    context.strokeStyle = theme.labelHalo;
    context.lineWidth = 3;
    context.strokeText(stationId, left, y);
    context.fillStyle = theme.label;
    context.fillText(stationId, left, y);
  }
}

/** Draws the halo of the selected station. @returns its extent in pixels */
function drawHalo(
  context: CanvasRenderingContext2D,
  mark: Mark,
  x: number,
  y: number,
  scale: number,
  theme: MapTheme,
): number {
  const radius = Math.max(waveRadius(mark.waveHeightM ?? 0) * scale + 4, 12);
  context.strokeStyle = theme.labelHalo;
  context.lineWidth = theme.forced ? 7 : 5;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
  context.strokeStyle = theme.selected;
  context.lineWidth = theme.forced ? 4 : 2;
  context.stroke();
  drawBuoy(context, mark, x, y, scale * 1.25, theme);
  return radius;
}

/**
 * Returns the scale of marks: small with 900 stations in view, and never larger than a finger.
 * @param worldWidth in pixels
 */
function markScale(worldWidth: number): number {
  return Math.min(0.52 * (worldWidth / 900) ** 0.4, 1.4);
}
