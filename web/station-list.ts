import type { Conditions, Station } from "./api.ts";
import { make, setText } from "./dom.ts";
import { formatAge, formatCount } from "./format.ts";
import { newestOf } from "./network.ts";
import { formatMeasurement, type Units } from "./units.ts";

/** What the list knows a station by. */
export type ListedStation = {
  stationId: string;
  station: Station | undefined;
  conditions: Conditions | undefined;
};

export type StationList = {
  /** Shows what is known now; calls within one frame of the screen are one. */
  update(): void;
  /** The station whose card is open. */
  select(stationId: string | null): void;
  /** Its bell sounds now. */
  rung(stationId: string): void;
  focusSearch(): void;
};

/** More rows than anybody reads; the search finds the others. */
const mostRows = 120;
const glowMs = 3_000;

type Order = "newest" | "waves" | "wind" | "name";

const orders: Record<Order, { label: string; compare(a: ListedStation, b: ListedStation): number }> = {
  newest: { label: "Newest", compare: (a, b) => newest(b) - newest(a) || byId(a, b) },
  waves: { label: "Waves", compare: (a, b) => value(b, "waveHeightM") - value(a, "waveHeightM") || byId(a, b) },
  wind: {
    label: "Wind",
    compare: (a, b) => value(b, "windSpeedMps") - value(a, "windSpeedMps") || byId(a, b),
  },
  name: { label: "Name", compare: (a, b) => nameOf(a).localeCompare(nameOf(b)) || byId(a, b) },
};

/**
 * All stations as a list that can be searched: whatever the map can do, without eyes.
 * @param stations what is known now
 */
export function createStationList(
  element: HTMLElement,
  stations: () => Iterable<ListedStation>,
  units: () => Units,
  onSelect: (stationId: string) => void,
): StationList {
  const search = make("input", { type: "search", placeholder: "Name, number or owner" });
  search.setAttribute("aria-label", "Search the stations");
  const order = make("select", { attributes: { "aria-label": "Order of the stations" } });
  order.append(...Object.entries(orders).map(([id, { label }]) => make("option", { value: id, textContent: label })));
  const count = make("p", { className: "quiet", attributes: { "aria-live": "polite" } });
  const rows = make("ol", { id: "stations" });
  const known = new Map<string, HTMLLIElement>();
  let selected: string | null = null;
  let frame = 0;
  element.replaceChildren(make("div", { className: "list-tools" }, search, order), count, rows);
  for (const control of [search, order]) control.addEventListener("input", update);
  rows.addEventListener("click", ({ target }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>("li") : null;
    if (row?.dataset.stationId) onSelect(row.dataset.stationId);
  });
  rows.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveFocus(step);
  });
  // Whoever only came to search reaches the first row by an arrow, too.
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    rows.querySelector("button")?.focus();
  });

  return {
    update,
    select(stationId) {
      selected = stationId;
      for (const [id, row] of known) markSelected(id, row);
    },
    rung(stationId) {
      const row = known.get(stationId);
      if (!row) return;
      row.classList.add("rung");
      setTimeout(() => row.classList.remove("rung"), glowMs);
    },
    focusSearch() {
      search.focus();
      search.select();
    },
  };

  /** A burst of 900 reports comes in one go: what it changes is shown once. */
  function update(): void {
    if (frame === 0) frame = requestAnimationFrame(show);
  }

  function show(): void {
    frame = 0;
    const wanted = search.value.trim().toLowerCase();
    const matching = [...stations()].filter((listed) => matches(listed, wanted));
    matching.sort(orders[order.value as Order].compare);
    const shown = matching.slice(0, mostRows);
    const ids = new Set(shown.map(({ stationId }) => stationId));
    for (const [id, row] of known) {
      if (ids.has(id)) continue;
      row.remove();
      known.delete(id);
    }
    for (const [index, listed] of shown.entries()) {
      const row = known.get(listed.stationId) ?? createRow(listed.stationId);
      fillRow(row, listed);
      // Only what has moved is moved: the row that has the focus would lose it.
      if (rows.children[index] !== row) rows.insertBefore(row, rows.children[index] ?? null);
    }
    setText(count, countOf(matching.length, shown.length, wanted));
  }

  function createRow(stationId: string): HTMLLIElement {
    const row = make(
      "li",
      {},
      make("button", { type: "button" }, span("name"), span("age"), span("id"), span("values")),
    );
    row.dataset.stationId = stationId;
    known.set(stationId, row);
    markSelected(stationId, row);
    return row;
  }

  function markSelected(stationId: string, row: HTMLLIElement): void {
    row.querySelector("button")?.setAttribute("aria-pressed", String(stationId === selected));
  }

  function fillRow(row: HTMLLIElement, listed: ListedStation): void {
    const { stationId, station, conditions } = listed;
    const at = newest(listed);
    const measured = (["waveHeightM", "windSpeedMps", "waterTempC"] as const).map((field) => ({
      field,
      value: conditions?.fields[field]?.value,
    }));
    setText(part(row, "name"), nameOf(listed));
    setText(part(row, "age"), at === 0 ? "silent" : formatAge(Date.now() - at));
    setText(part(row, "id"), [stationId, station?.owner].filter(Boolean).join(" · "));
    const values = measured.map(({ field, value }) => formatMeasurement(field, value, units()));
    setText(part(row, "values"), values.join("  "));
  }

  function moveFocus(step: number): void {
    const row = document.activeElement?.closest("li");
    const next = step > 0 ? row?.nextElementSibling : row?.previousElementSibling;
    if (next) next.querySelector("button")?.focus();
    else if (step < 0) search.focus();
  }
}

function countOf(matching: number, shown: number, wanted: string): string {
  if (matching === 0) return wanted === "" ? "No station has reported yet." : `No station matches “${wanted}”.`;
  return matching > shown
    ? `${formatCount(matching, "station")}, the first ${shown} are shown`
    : formatCount(matching, "station");
}

function matches({ stationId, station }: ListedStation, wanted: string): boolean {
  return [stationId, station?.name, station?.owner].some((text) => text?.toLowerCase().includes(wanted));
}

function nameOf({ stationId, station }: ListedStation): string {
  return station?.name ?? stationId;
}

function newest({ conditions }: ListedStation): number {
  return (conditions && newestOf(conditions)) ?? 0;
}

function value({ conditions }: ListedStation, field: "waveHeightM" | "windSpeedMps"): number {
  return conditions?.fields[field]?.value ?? -1;
}

function byId(a: ListedStation, b: ListedStation): number {
  return a.stationId < b.stationId ? -1 : 1;
}

function span(className: string): HTMLSpanElement {
  return make("span", { className });
}

function part(row: HTMLElement, className: string): Element {
  const found = row.querySelector(`.${className}`);
  if (!found) throw new Error(`a row has no ${className}`);
  return found;
}
