// Rows of the station list.

import type { Clock } from "../../shared/clock.ts";
import { make, setText } from "../dom/dom.ts";
import { currentValue } from "../sea/conditions.ts";
import * as words from "../words/english/list.ts";
import { formatAge } from "../words/format.ts";
import { formatMeasurement, type Units } from "../words/units.ts";
import { type ListedStation, listed, nameOf, newest } from "./listed.ts";

/** Rows of the list; exactly one of them is in the tab order. */
type ListRows = {
  readonly element: HTMLElement;
  /** The station whose row has the focus. */
  readonly focused: string | null;
  /** Shows stations in this order; the focus stays on its row. */
  show(stations: readonly ListedStation[], units: Units): void;
  /** Marks the station with the open card. */
  select(stationId: string | null): void;
  /** Highlights a station whose bell sounds now. */
  rung(stationId: string): void;
};

type Glow = { className: string; lastsMs: number };

/** The steps of the glow of a row whose bell sounds. */
const glows: readonly Glow[] = [
  { className: "rung", lastsMs: 3_000 },
  { className: "waning", lastsMs: 300 },
];

/** Creates the rows. @param onSelect receives the selected station */
export function createListRows(onSelect: (stationId: string) => void, clock: Clock): ListRows {
  const attributes = { "data-waiting": words.waitingForReports, "data-unknown": words.nothingKnown };
  const element = make("ol", { id: "stations", attributes });
  const rows = new Map<string, HTMLLIElement>();
  const cancelGlows = new Map<string, () => void>();
  let selected: string | null = null;
  /** The row in the tab order; arrow keys move on from it. */
  let tabStop: string | null = null;
  const idOf = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>("li")?.dataset.stationId : undefined;
  element.addEventListener("focusin", ({ target }) => moveTabStop(idOf(target) ?? tabStop));
  element.addEventListener("click", ({ target }) => {
    const stationId = idOf(target);
    if (stationId) onSelect(stationId);
  });

  return {
    element,
    get focused() {
      return findFocused();
    },
    show(stations, units) {
      const focused = findFocused();
      removeAllBut(new Set(stations.map(({ stationId }) => stationId)));
      let place = element.firstElementChild;
      for (const listedStation of stations) {
        const row = rows.get(listedStation.stationId) ?? addRow(listedStation.stationId);
        fillRow(row, listedStation, units, clock.now());
        if (row === place) place = place.nextElementSibling;
        else element.insertBefore(row, place);
      }
      // A moved row loses the focus, and a screen reader its place.
      if (focused !== null && findFocused() !== focused) buttonOf(focused)?.focus({ preventScroll: true });
      if (tabStop === null || !rows.has(tabStop)) moveTabStop(stations[0]?.stationId ?? null);
    },
    select(stationId) {
      selected = stationId;
      for (const [id, row] of rows) markSelected(row, id === selected);
    },
    rung(stationId) {
      const row = rows.get(stationId);
      if (!row) return;
      cancelGlows.get(stationId)?.();
      glow(stationId, row, [...glows]);
    },
  };

  /** Glows through the rest of the steps. */
  function glow(stationId: string, row: HTMLElement, [now, ...later]: Glow[]): void {
    row.className = now?.className ?? "";
    if (now)
      cancelGlows.set(
        stationId,
        clock.after(now.lastsMs, () => glow(stationId, row, later)),
      );
    else cancelGlows.delete(stationId);
  }

  function findFocused(): string | null {
    return element.querySelector<HTMLElement>("li:has(:focus)")?.dataset.stationId ?? null;
  }

  function removeAllBut(ids: ReadonlySet<string>): void {
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
  }

  function addRow(stationId: string): HTMLLIElement {
    const row = createRow(stationId);
    rows.set(stationId, row);
    markSelected(row, stationId === selected);
    return row;
  }

  function moveTabStop(stationId: string | null): void {
    if (stationId === tabStop) return;
    buttonOf(tabStop)?.setAttribute("tabindex", "-1");
    buttonOf(stationId)?.setAttribute("tabindex", "0");
    tabStop = stationId;
  }

  function buttonOf(stationId: string | null): HTMLButtonElement | null {
    return (stationId === null ? undefined : rows.get(stationId))?.querySelector("button") ?? null;
  }
}

function createRow(stationId: string): HTMLLIElement {
  const span = (className: string) => make("span", { className });
  const values = span("values");
  values.append(...listed.map((field) => make("span", {}, `${words.labels[field]} `, make("b", { className: field }))));
  const button = make("button", { type: "button", tabIndex: -1 }, span("name"), span("age"), span("id"), values);
  const row = make("li", {}, button);
  row.dataset.stationId = stationId;
  return row;
}

function fillRow(row: HTMLLIElement, listedStation: ListedStation, units: Units, nowMs: number): void {
  const { stationId, station, conditions } = listedStation;
  const at = newest(listedStation);
  setText(part(row, "name"), nameOf(listedStation));
  setText(part(row, "age"), at === 0 ? words.silent : formatAge(nowMs - at));
  const isNamed = nameOf(listedStation) !== stationId;
  setText(part(row, "id"), [isNamed && stationId, station?.owner].filter(Boolean).join(" · "));
  for (const field of listed) {
    setText(part(row, field), formatMeasurement(field, currentValue(conditions, field, nowMs), units));
  }
}

function markSelected(row: HTMLLIElement, isSelected: boolean): void {
  row.querySelector("button")?.setAttribute("aria-pressed", String(isSelected));
}

function part(row: HTMLElement, className: string): Element {
  const found = row.querySelector(`.${className}`);
  if (!found) throw new Error(`a row has no ${className}`);
  return found;
}
