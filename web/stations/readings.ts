// Readings on a station card.

import type { Conditions } from "../../shared/client/answers.ts";
import { extraMeasurements, type Measurement } from "../../shared/measurements.ts";
import { make, setChildren } from "../dom/dom.ts";
import { isOfCalm, newestOf } from "../sea/conditions.ts";
import { type SeaField, seaFields } from "../sea/sea-state.ts";
import { trendArrow, trendOf } from "../sea/trend.ts";
import type { StationHistory } from "../state/page-state.ts";
import * as cardWords from "../words/english/card.ts";
import * as mappingWords from "../words/english/mapping.ts";
import { calm } from "../words/english/values.ts";
import { formatAgo, notMeasured } from "../words/format.ts";
import { formatMeasurement, labelOf, type Units } from "../words/units.ts";
import { createSparkline } from "./sparkline.ts";

/** A station's values and their history. */
export type Measured = {
  conditions: Conditions | undefined;
  history: StationHistory;
  units: Units;
  nowMs: number;
};

/** Readings of a card: the fields that sound, with their past day, and a list of further fields. */
type Readings = {
  elements: HTMLElement[];
  show(measured: Measured): void;
};

/** Values of one report differ in age by less than this. */
const sameReportMs = 5 * 60_000;
const secondary = extraMeasurements.filter((field) => !seaFields.some((heard: Measurement) => heard === field));
const emptyLine = { ...cardWords.history, known: notMeasured };

/** Creates empty readings. */
export function createReadings(): Readings {
  const rows = seaFields.map((field) => ({ field, row: make("li") }));
  const values = make("ul", { className: "readings" }, ...rows.map(({ row }) => row));
  const moreValues = make("dl");
  const more = make("details", {}, make("summary", { textContent: cardWords.more }), moreValues);
  return {
    elements: [values, more],
    show(measured) {
      for (const { field, row } of rows) setChildren(row, createReading(field, measured));
      const { conditions, units } = measured;
      const extra = secondary.filter((field) => conditions?.fields[field]);
      more.hidden = extra.length === 0;
      setChildren(
        moreValues,
        extra.flatMap((field) => [
          make("dt", { textContent: labelOf(field) }),
          make("dd", { textContent: formatMeasurement(field, conditions?.fields[field]?.value, units) }),
        ]),
      );
    },
  };
}

function createReading(field: SeaField, { conditions, history, units, nowMs }: Measured): (Node | string)[] {
  const newest = conditions ? newestOf(conditions) : null;
  const measured = conditions?.fields[field];
  const label = make("span", { className: "label", textContent: labelOf(field) });
  if (!measured) {
    const missing = make("span", { className: "missing" }, make("s", { textContent: cardWords.notMeasured }));
    return [label, " ", missing, make("small", { textContent: ` ${mappingWords.rows[field].missing}` })];
  }
  const reading = isOfCalm(field, conditions) ? calm : formatMeasurement(field, measured.value, units);
  const value = make("span", { className: "value" }, reading);
  const past = typeof history === "string" ? [] : history;
  const trend = trendOf(field, past, nowMs);
  if (trend) {
    const word = cardWords.trends[trend];
    const arrow = { textContent: trendArrow[trend], title: word, role: "img", ariaLabel: word };
    value.append(" ", make("span", { className: "trend", ...arrow }));
  }
  if (newest !== null && newest - measured.atMs > sameReportMs) {
    label.append(make("small", { textContent: ` ${formatAgo(nowMs - measured.atMs)}` }));
  }
  const line =
    createSparkline(field, past, nowMs, units) ??
    make("small", { textContent: emptyLine[typeof history === "string" ? history : "known"] });
  return [label, " ", value, line];
}
