// Marks of stations: wave ring, buoy and wind barb.

import { clamp } from "../../../shared/numbers.ts";
import { staleAfterMin } from "../../../shared/sea.ts";
import { type MapTheme, waterColour } from "../colours.ts";

/**
 * Values that a station's mark shows; `null`: not measured recently. `ageMin` is the age of its newest report, in
 * minutes.
 */
export type Mark = {
  waterTempC: number | null;
  waveHeightM: number | null;
  windSpeedMps: number | null;
  windDirDeg: number | null;
  ageMin: number | null;
};

/** The mark of a station without data. */
export const unknownMark: Mark = {
  waterTempC: null,
  waveHeightM: null,
  windSpeedMps: null,
  windDirDeg: null,
  ageMin: null,
};

/** Ages in minutes at which a mark begins to fade, and at which a report is too old; the same as in the sound. */
const fadesFromMin = 60;
const goneAtMin = staleAfterMin;
const faintest = 0.3;
/** Users of forced colours need more contrast. */
const faintestForced = 0.6;
const dotRadius = 1.6;
const dotOpacity = 0.65;

/** Wind speed at which the buoy leans the most: a full storm. */
const strongestWindMps = 24;
const largestTilt = (50 * Math.PI) / 180;

const ringAtRest = 3.5;
const ringPerSqrtMetre = 3.6;
const ringOpacity = 0.7;

const knotsPerMps = 3600 / 1852;
const barbLength = 26;
const barbSpacing = 4;
const barbReach = 9;

/** Marks for the legend. */
export const legendMarks = {
  cold: { ...unknownMark, waterTempC: 4, ageMin: 0 },
  warm: { ...unknownMark, waterTempC: 28, ageMin: 0 },
  lowWaves: { ...unknownMark, waterTempC: 15, waveHeightM: 1, ageMin: 0 },
  highWaves: { ...unknownMark, waterTempC: 15, waveHeightM: 6, ageMin: 0 },
  westWind: { ...unknownMark, waterTempC: 15, windSpeedMps: 14, windDirDeg: 270, ageMin: 0 },
  noWaterTemp: { ...unknownMark, waveHeightM: 2, ageMin: 0 },
  stale: { ...unknownMark, waterTempC: 15, waveHeightM: 2, ageMin: 150 },
  silent: unknownMark,
} satisfies Record<string, Mark>;

/** Draws one mark for a legend, as on the map. @param scale 1: about 15 pixels high */
export function drawMark(
  context: CanvasRenderingContext2D,
  mark: Mark,
  { x, y, scale, theme }: { x: number; y: number; scale: number; theme: MapTheme },
): void {
  drawWave(context, mark, x, y, scale, theme);
  drawBuoy(context, mark, x, y, scale, theme);
}

/** Draws the ring on the water. Its area grows with the wave height. */
export function drawWave(
  context: CanvasRenderingContext2D,
  mark: Mark,
  x: number,
  y: number,
  scale: number,
  theme: MapTheme,
): void {
  if (mark.waveHeightM === null || isGone(mark)) return;
  const { hollow, dark, forced } = theme;
  context.globalAlpha = (forced ? 1 : ringOpacity) * freshness(mark, forced);
  context.strokeStyle = forced || mark.waterTempC === null ? hollow : waterColour(mark.waterTempC, dark);
  context.lineWidth = Math.max(0.8, 1.1 * scale);
  context.beginPath();
  context.arc(x, y, waveRadius(mark.waveHeightM) * scale, 0, 2 * Math.PI);
  context.stroke();
  context.globalAlpha = 1;
}

/**
 * Draws the buoy: a tower on a float, leaning downwind. It is hollow without a water temperature; a station silent for
 * hours is a dot.
 */
export function drawBuoy(
  context: CanvasRenderingContext2D,
  mark: Mark,
  x: number,
  y: number,
  scale: number,
  theme: MapTheme,
): void {
  const { waterTempC } = mark;
  if (isGone(mark)) {
    context.globalAlpha = theme.forced ? 1 : dotOpacity;
    context.fillStyle = theme.hollow;
    context.beginPath();
    context.arc(x, y, dotRadius * Math.sqrt(scale), 0, 2 * Math.PI);
    context.fill();
    context.globalAlpha = 1;
    return;
  }
  context.globalAlpha = freshness(mark, theme.forced);
  traceBuoy(context, x, y, scale, tilt(mark));
  context.lineJoin = "round";
  context.fillStyle = waterTempC === null ? theme.sea : waterColour(waterTempC, theme.dark);
  context.strokeStyle = waterTempC === null ? theme.hollow : theme.outline;
  const isBold = waterTempC === null || theme.forced;
  context.lineWidth = isBold ? Math.max(0.9, 1.2 * scale) : Math.max(0.5, 0.8 * scale);
  context.fill();
  context.stroke();
  context.globalAlpha = 1;
}

/** Rotates the corners by hand: `save` and `rotate` for each of 900 marks cost more than the drawing. */
function traceBuoy(context: CanvasRenderingContext2D, x: number, y: number, scale: number, angle: number): void {
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  context.beginPath();
  for (let i = 0; i < buoyOutline.length; i += 2) {
    const across = buoyOutline[i] ?? 0;
    const up = buoyOutline[i + 1] ?? 0;
    context.lineTo(x + across * cos + up * sin, y + across * sin - up * cos);
  }
  context.closePath();
}

/** Points across and up from the waterline, in pixels at scale 1. */
const buoyOutline = [-5, 1, -2.6, 1.2, -1.7, 9, -1.1, 11.6, 1.1, 11.6, 1.7, 9, 2.6, 1.2, 5, 1, 3.6, -2.6, -3.6, -2.6];

/**
 * Returns the lean of the buoy, clockwise in radians: its size from the wind speed, its side from the wind direction.
 */
function tilt({ windSpeedMps, windDirDeg }: Mark): number {
  if (windSpeedMps === null || windDirDeg === null) return 0;
  const blowsEast = -Math.sin((windDirDeg * Math.PI) / 180);
  return Math.sign(blowsEast) * largestTilt * Math.min(windSpeedMps / strongestWindMps, 1) ** 0.75;
}

/**
 * Draws a wind barb as on a weather chart (WMO-No. 485): a staff towards the wind's origin, with a feather for 10
 * knots, half a feather for 5 and a filled pennant for 50, on the side of the low pressure. A ring means calm.
 */
export function drawWindBarb(
  context: CanvasRenderingContext2D,
  mark: Mark,
  { x, y, latitude, theme }: { x: number; y: number; latitude: number; theme: MapTheme },
): void {
  const { windSpeedMps, windDirDeg } = mark;
  if (windSpeedMps === null || windDirDeg === null || isGone(mark)) return;
  let fives = Math.round((windSpeedMps * knotsPerMps) / 5);
  const from = (windDirDeg * Math.PI) / 180;
  const side = latitude < 0 ? -1 : 1;
  const place = (along: number, aside: number): [number, number] => [
    x + along * Math.sin(from) + aside * side * Math.cos(from),
    y - along * Math.cos(from) + aside * side * Math.sin(from),
  ];
  context.strokeStyle = theme.label;
  context.fillStyle = theme.label;
  context.lineWidth = 1.2;
  context.beginPath();
  const isCalm = fives === 0;
  if (isCalm) {
    context.arc(x, y, barbReach, 0, 2 * Math.PI);
  } else {
    context.moveTo(x, y);
    context.lineTo(...place(barbLength, 0));
  }
  let along = fives === 1 ? barbLength - barbSpacing : barbLength;
  for (; fives >= 10; fives -= 10, along -= 1.6 * barbSpacing) {
    context.moveTo(...place(along, 0));
    context.lineTo(...place(along - barbSpacing / 2, barbReach));
    context.lineTo(...place(along - 1.2 * barbSpacing, 0));
  }
  for (; fives > 0; fives -= 2, along -= barbSpacing) {
    const length = fives === 1 ? 0.5 : 1;
    context.moveTo(...place(along, 0));
    context.lineTo(...place(along + length * 0.35 * barbReach, length * barbReach));
  }
  // Only pennants have an area to fill.
  if (!isCalm) context.fill();
  context.stroke();
}

/** Returns the radius of a wave's ring, in pixels at scale 1. */
export function waveRadius(waveHeightM: number): number {
  return ringAtRest + ringPerSqrtMetre * Math.sqrt(Math.max(waveHeightM, 0));
}

function isGone({ ageMin }: Mark): boolean {
  return ageMin === null || ageMin >= goneAtMin;
}

function freshness({ ageMin }: Mark, forced: boolean): number {
  const fading = clamp(((ageMin ?? goneAtMin) - fadesFromMin) / (goneAtMin - fadesFromMin), 0, 1);
  return 1 - fading * (1 - (forced ? faintestForced : faintest));
}
