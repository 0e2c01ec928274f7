// Sparklines of the past 24 hours.

import { staleAfterMs } from "../../shared/sea.ts";
import { make } from "../dom/dom.ts";
import type { PastReport } from "../sea/replay-frames.ts";
import type { SeaField } from "../sea/sea-state.ts";
import { trendOf } from "../sea/trend.ts";
import * as cardWords from "../words/english/card.ts";
import { fill } from "../words/message.ts";
import { compassPoint, formatMeasurement, labelOf, type Units } from "../words/units.ts";

const spanMs = 24 * 60 * 60_000;
const [width, height, margin] = [160, 36, 4];
const pixelMs = spanMs / (width - 2 * margin);
/** Cyclic fields are drawn as dots: a line from 350° to 10° would cross all others. */
const round: Partial<Record<SeaField, { range: [number, number]; ends: string }>> = {
  windDirDeg: { range: [0, 360], ends: compassPoint(0) },
};

type Timed = { value: number; atMs: number };

/**
 * Draws a field's past 24 hours as a sparkline with its min and max, and a sentence for screen readers. It uses the
 * text colour of its parent.
 * @param history oldest first
 * @returns `null` with fewer than two values
 */
export function createSparkline(
  field: SeaField,
  history: readonly PastReport[],
  nowMs: number,
  units: Units,
): HTMLElement | null {
  const values = history.flatMap((report): Timed[] => {
    const [value, atMs] = [report[field], Date.parse(report.timestamp)];
    // A calm has no direction, though some stations report 0° then.
    if (field === "windDirDeg" && report.windSpeedMps === 0) return [];
    return typeof value === "number" && nowMs - atMs <= spanMs ? [{ value, atMs }] : [];
  });
  if (values.length < 2) return null;
  const all = values.map(({ value }) => value);
  const range: [number, number] = [Math.min(...all), Math.max(...all)];
  const [low, high] = [formatMeasurement(field, range[0], units), formatMeasurement(field, range[1], units)];
  const sentence = cardWords.line[trendOf(field, history, nowMs) ?? "unknown"];
  const label = fill(sentence, { field: labelOf(field), low, high });
  const svg = drawLine(values, round[field]?.range ?? range, field in round, nowMs);
  svg.setAttribute("aria-label", label);
  const ends = round[field] ? [round[field].ends, round[field].ends] : [high, low].map(withoutUnit);
  const scale = make("span", { className: "scale", attributes: { "aria-hidden": "true" } });
  scale.append(...ends.map((text) => make("span", { textContent: text })));
  return make("div", { className: `sparkline${field in round ? " dots" : ""}` }, svg, scale);
}

/** Draws the line. @param range values at the lower and the upper edge @param asDots draws each value separately */
function drawLine(values: Timed[], [least, most]: [number, number], asDots: boolean, nowMs: number): SVGElement {
  // Move in whole pixels: otherwise the line would be replaced every time, also for a screen reader on it.
  const endMs = Math.floor(nowMs / pixelMs) * pixelMs;
  const x = (atMs: number) => width - margin - (endMs - atMs) / pixelMs;
  const y = (value: number) =>
    most === least ? height / 2 : height - margin - ((value - least) / (most - least)) * (height - 2 * margin);
  let path = "";
  let before: Timed = { value: 0, atMs: Number.NEGATIVE_INFINITY };
  for (const timed of values) {
    const place = `${x(timed.atMs).toFixed(1)} ${y(timed.value).toFixed(1)}`;
    // Leave a gap after three hours: nothing was measured in between.
    path += asDots ? `M${place}h0` : `${timed.atMs - before.atMs > staleAfterMs ? "M" : "L"}${place}`;
    before = timed;
  }
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.append(shape("path", { d: path }), shape("circle", { cx: x(before.atMs), cy: y(before.value), r: 2.5 }));
  return svg;
}

/** Removes the unit; the value next to the sparkline has it. */
function withoutUnit(text: string): string {
  return text.split(/[\s\u00a0]/)[0] ?? text;
}

function shape(name: "svg" | "path" | "circle", attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  return element;
}
