import type { PastReport } from "./replay-frames.ts";
import type { SeaField } from "./sound/sea-state.ts";
import { trendOf } from "./trend.ts";
import { formatMeasurement, labelOf, type Units } from "./units.ts";

const hourMs = 60 * 60_000;
const spanMs = 24 * hourMs;
/** A line over more than this would claim what nobody measured. */
const longestGapMs = 3 * hourMs;
const [width, height, margin] = [120, 32, 4];

/**
 * A field's past 24 hours as a small line, with a sentence for those who do not see it; `null` where less than two values
 * are known. It follows the text colour of where it stands.
 * @param history oldest first
 */
export function createSparkline(
  field: SeaField,
  history: readonly PastReport[],
  nowMs: number,
  units: Units,
): SVGSVGElement | null {
  const values = history.flatMap((report) => {
    const [value, atMs] = [report[field], Date.parse(report.timestamp)];
    return typeof value === "number" && nowMs - atMs <= spanMs ? [{ value, atMs }] : [];
  });
  const last = values.at(-1);
  if (!last || values.length < 2) return null;
  const all = values.map(({ value }) => value);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const x = (atMs: number) => margin + (1 - (nowMs - atMs) / spanMs) * (width - 2 * margin);
  const y = (value: number) => height - margin - ((value - least) / (most - least || 1)) * (height - 2 * margin);

  let path = "";
  let before = Number.NEGATIVE_INFINITY;
  for (const { value, atMs } of values) {
    path += `${atMs - before > longestGapMs ? "M" : "L"}${x(atMs).toFixed(1)} ${y(value).toFixed(1)}`;
    before = atMs;
  }
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const trend = trendOf(field, history);
  const span = `from ${formatMeasurement(field, least, units)} to ${formatMeasurement(field, most, units)}`;
  const label = `${labelOf(field)} over 24 hours, ${span}${trend ? `, ${trend}` : ""}`;
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label })) {
    svg.setAttribute(name, value);
  }
  svg.append(shape("path", { d: path }), shape("circle", { cx: x(last.atMs), cy: y(last.value), r: 2.5 }));
  return svg;
}

function shape(name: "path" | "circle", attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  return element;
}
