import { extraMeasurements, type Measurement } from "../../shared/measurements.ts";
import type { Conditions, Station } from "../net/answers.ts";
import { newestOf } from "../sea/conditions.ts";
import type { PastReport } from "../sea/replay-frames.ts";
import { trendArrow, trendOf } from "../sea/trend.ts";
import { mapping } from "../sound/mapping.ts";
import { type SeaField, seaFields } from "../sound/sea-state.ts";
import { make, setChildren, setText } from "../ui/dom.ts";
import { formatAge } from "../words/format.ts";
import { formatMeasurement, labelOf, type Units } from "../words/units.ts";
import { describeStation } from "../words/words.ts";
import { createSparkline } from "./sparkline.ts";

/** A station's past day: its reports, oldest first, or why there are none to show. */
export type CardHistory = readonly PastReport[] | "loading" | "unknown";

/** What a card tells. */
export type CardContent = {
  stationId: string;
  station: Station | undefined;
  conditions: Conditions | undefined;
  history: CardHistory;
  units: Units;
  nowMs: number;
  /** Whether it is heard now. */
  tuned: boolean;
};

export type CardActions = {
  onTune(stationId: string): void;
  onReplay(stationId: string): void;
  onClose(): void;
};

export type StationCard = {
  show(content: CardContent): void;
};

/** Values of one report differ in age by less than this. */
const sameReportMs = 5 * 60_000;
const secondary = extraMeasurements.filter((field) => !(seaFields as readonly Measurement[]).includes(field));

/** The card of one station: what it measured, how that has gone, and what it sounds like. */
export function createStationCard(element: HTMLElement, actions: CardActions): StationCard {
  const title = make("h2");
  const about = make("p", { className: "quiet" });
  const owner = make("p", { className: "quiet" });
  const age = make("p", { className: "quiet" });
  const hear = make("p");
  const rows = seaFields.map((field) => ({ field, row: make("li") }));
  const values = make("ul", { className: "readings" }, ...rows.map(({ row }) => row));
  const more = make("details", {}, make("summary", { textContent: "More measured there" }));
  const moreValues = make("dl");
  more.append(moreValues);
  const tune = make("button", { type: "button", className: "primary" });
  const replay = make("button", { type: "button", textContent: "Its 24 hours" });
  const close = make("button", { type: "button", textContent: "✕", attributes: { "aria-label": "Close the card" } });
  const link = make("a", { textContent: "Station page at NDBC", rel: "noopener", target: "_blank" });
  let stationId = "";
  tune.addEventListener("click", () => actions.onTune(stationId));
  replay.addEventListener("click", () => actions.onReplay(stationId));
  close.addEventListener("click", actions.onClose);
  element.replaceChildren(
    make("div", { className: "card-head" }, make("div", {}, title, about, owner, age), close),
    make("div", { className: "card-actions" }, tune, replay),
    make("div", { className: "hear" }, make("h3", { textContent: "What you hear" }), hear),
    make("h3", { className: "unseen", textContent: "What it measured, and its past 24 hours" }),
    values,
    more,
    make("p", {}, link),
  );

  return {
    show(content) {
      stationId = content.stationId;
      element.hidden = false;
      showWho(content);
      showValues(content);
      setText(tune, content.tuned ? "Tuned in" : "Tune in");
      tune.setAttribute("aria-pressed", String(content.tuned));
      setText(hear, describeStation(content.conditions, content.units, content.nowMs));
    },
  };

  function showWho({ station, conditions, nowMs }: CardContent): void {
    setText(title, station?.name ?? stationId);
    const place = station && station.latitude !== null && station.longitude !== null ? formatPlace(station) : null;
    setText(about, [stationId, station?.type, place].filter((text) => text).join(" · "));
    setText(owner, station?.owner ? `Owned by ${station.owner}` : "");
    const newest = conditions ? newestOf(conditions) : null;
    setText(age, newest === null ? "It has not reported in the last day." : `Reported ${ago(newest, nowMs)}`);
    const address = `https://www.ndbc.noaa.gov/station_page.php?station=${stationId.toLowerCase()}`;
    if (link.href !== address) link.href = address;
  }

  function showValues({ conditions, history, units, nowMs }: CardContent): void {
    const newest = conditions ? newestOf(conditions) : null;
    for (const { field, row } of rows) setChildren(row, partsOf(field));
    const extra = secondary.filter((field) => conditions?.fields[field]);
    more.hidden = extra.length === 0;
    setChildren(
      moreValues,
      extra.flatMap((field) => [
        make("dt", { textContent: labelOf(field) }),
        make("dd", { textContent: formatMeasurement(field, conditions?.fields[field]?.value, units) }),
      ]),
    );

    function partsOf(field: SeaField): (Node | string)[] {
      const measured = conditions?.fields[field];
      const label = make("span", { className: "label", textContent: labelOf(field) });
      if (!measured) {
        const missing = make("span", { className: "missing" }, make("s", { textContent: "not measured" }));
        return [label, " ", missing, make("small", { textContent: ` ${mapping[field].missing}` })];
      }
      const value = make("span", { className: "value" }, formatMeasurement(field, measured.value, units));
      const past = typeof history === "string" ? [] : history;
      const trend = trendOf(field, past, nowMs);
      if (trend) {
        const arrow = { textContent: trendArrow[trend], title: trend, role: "img", ariaLabel: trend };
        value.append(" ", make("span", { className: "trend", ...arrow }));
      }
      if (newest !== null && newest - measured.atMs > sameReportMs) {
        label.append(make("small", { textContent: ` ${ago(measured.atMs, nowMs)}` }));
      }
      const line =
        createSparkline(field, past, nowMs, units) ??
        make("small", { textContent: emptyLine[typeof history === "string" ? history : "known"] });
      return [label, " ", value, line];
    }
  }
}

const emptyLine = { loading: "loading…", unknown: "past day not known", known: "–" };

function ago(atMs: number, nowMs: number): string {
  const age = formatAge(nowMs - atMs);
  return age === "just now" ? age : `${age} ago`;
}

function formatPlace({ latitude, longitude }: Station): string {
  const degrees = (value: number | null, [plus, minus]: string) =>
    `${Math.abs(value ?? 0).toFixed(1)}°\u00a0${(value ?? 0) < 0 ? minus : plus}`;
  return `${degrees(latitude, "NS")} ${degrees(longitude, "EW")}`;
}
