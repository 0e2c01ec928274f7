import type { Clock } from "../shared/clock.ts";
import type { Conditions, Station } from "./api.ts";
import { make, setText } from "./dom.ts";
import { formatAge, formatCount } from "./format.ts";
import { currentValue, newestOf } from "./network.ts";
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

/** More than anybody reads at once; the next come when asked for. */
const rowsAtOnce = 120;
const glowMs = 3_000;
/** A class, of what the list lies in, while somebody goes through it by keys. */
const byKeys = "by-keys";

/** What a row says, with the word that tells a wave's metres from a wind's. */
const listed = [
  ["waveHeightM", "waves"],
  ["windSpeedMps", "wind"],
  ["waterTempC", "water"],
] as const;

type Order = "newest" | "waves" | "wind" | "name";

// Made once: for each comparison, it would take longer than all the rest of the list.
const names = new Intl.Collator("en");

const orders: Record<Order, { label: string; compare(a: ListedStation, b: ListedStation, nowMs: number): number }> = {
  newest: { label: "Newest", compare: (a, b) => newest(b) - newest(a) || byId(a, b) },
  waves: {
    label: "Waves",
    compare: (a, b, nowMs) => value(b, "waveHeightM", nowMs) - value(a, "waveHeightM", nowMs) || byId(a, b),
  },
  wind: {
    label: "Wind",
    compare: (a, b, nowMs) => value(b, "windSpeedMps", nowMs) - value(a, "windSpeedMps", nowMs) || byId(a, b),
  },
  name: { label: "Name", compare: (a, b) => names.compare(nameOf(a), nameOf(b)) || byId(a, b) },
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
  clock: Clock,
): StationList {
  const search = make("input", { type: "search", placeholder: "Find a station" });
  search.setAttribute("aria-label", "Search the stations");
  const order = make("select", { attributes: { "aria-label": "Order of the stations" } });
  order.append(...Object.entries(orders).map(([id, { label }]) => make("option", { value: id, textContent: label })));
  const count = make("p", {
    className: "quiet",
    textContent: "Waiting for the stations…",
    attributes: { "aria-live": "polite" },
  });
  const rows = make("ol", { id: "stations" });
  const known = new Map<string, HTMLLIElement>();
  const more = make("button", { type: "button", id: "more-stations", hidden: true });
  let selected: string | null = null;
  /** The one row that the Tab key comes to; arrows go on from there. */
  let tabStop: string | null = null;
  let mostRows = rowsAtOnce;
  let frame = 0;
  element.replaceChildren(make("div", { className: "list-tools" }, search, order), count, rows, more);
  for (const control of [search, order]) {
    control.addEventListener("input", () => {
      mostRows = rowsAtOnce;
      update();
    });
  }
  more.addEventListener("click", () => {
    const next = mostRows;
    mostRows += rowsAtOnce;
    show();
    rows.children[next]?.querySelector("button")?.focus();
  });
  rows.addEventListener("focusin", ({ target }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>("li") : null;
    if (row?.dataset.stationId) moveTabStop(row.dataset.stationId);
  });
  rows.addEventListener("click", ({ target }) => {
    const row = target instanceof Element ? target.closest<HTMLElement>("li") : null;
    if (row?.dataset.stationId) onSelect(row.dataset.stationId);
  });
  for (const walked of [rows, more] as HTMLElement[]) {
    walked.addEventListener("keydown", (event) => {
      const goal = goalOf(event.key);
      if (goal === undefined) return;
      event.preventDefault();
      goal?.focus();
    });
  }
  const side = element.parentElement ?? element;
  // Told by a class: by `:focus-visible` alone the rows would be gone while the focus goes from one to the next.
  element.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element && target.matches(":focus-visible")) side.classList.add(byKeys);
  });
  element.addEventListener("focusout", () => {
    setTimeout(() => {
      if (!element.matches(":focus-within")) side.classList.remove(byKeys);
    });
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
      clock.after(glowMs, () => row.classList.remove("rung"));
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
    const matching = [...stations()].filter((station) => matches(station, wanted));
    const { compare } = orders[order.value as Order];
    matching.sort((a, b) => compare(a, b, clock.now()));
    const focused = rows.querySelector<HTMLElement>("li:has(:focus)");
    // Whoever reads a row keeps it, though others have come before it meanwhile.
    const shown = matching.filter(({ stationId }, rank) => rank < mostRows || stationId === focused?.dataset.stationId);
    const ids = new Set(shown.map(({ stationId }) => stationId));
    for (const [id, row] of known) {
      if (ids.has(id)) continue;
      row.remove();
      known.delete(id);
    }
    let place = rows.firstElementChild;
    for (const listedStation of shown) {
      const row = known.get(listedStation.stationId) ?? createRow(listedStation.stationId);
      fillRow(row, listedStation);
      if (row === place) place = place.nextElementSibling;
      else rows.insertBefore(row, place);
    }
    // A row that is moved loses the focus, and who reads with it the place.
    if (focused && !focused.matches(":has(:focus)")) {
      buttonOf(focused.dataset.stationId ?? null)?.focus({ preventScroll: true });
    }
    setText(count, countOf(matching.length, mostRows, wanted));
    const hidden = matching.length - shown.length;
    more.hidden = hidden <= 0;
    setText(more, `Show ${Math.min(rowsAtOnce, hidden)} more`);
    if (tabStop === null || !known.has(tabStop)) moveTabStop(shown[0]?.stationId ?? null);
  }

  function moveTabStop(stationId: string | null): void {
    if (stationId === tabStop) return;
    buttonOf(tabStop)?.setAttribute("tabindex", "-1");
    buttonOf(stationId)?.setAttribute("tabindex", "0");
    tabStop = stationId;
  }

  function buttonOf(stationId: string | null): HTMLButtonElement | null {
    return (stationId === null ? undefined : known.get(stationId))?.querySelector("button") ?? null;
  }

  function createRow(stationId: string): HTMLLIElement {
    const values = make("span", { className: "values" });
    values.append(...listed.map(([field, label]) => make("span", {}, `${label} `, make("b", { className: field }))));
    const button = make("button", { type: "button", tabIndex: -1 }, span("name"), span("age"), span("id"), values);
    const row = make("li", {}, button);
    row.dataset.stationId = stationId;
    known.set(stationId, row);
    markSelected(stationId, row);
    return row;
  }

  function markSelected(stationId: string, row: HTMLLIElement): void {
    row.querySelector("button")?.setAttribute("aria-pressed", String(stationId === selected));
  }

  function fillRow(row: HTMLLIElement, listedStation: ListedStation): void {
    const { stationId, station, conditions: known } = listedStation;
    const at = newest(listedStation);
    setText(part(row, "name"), nameOf(listedStation));
    setText(part(row, "age"), at === 0 ? "silent" : formatAge(clock.now() - at));
    setText(part(row, "id"), [stationId, station?.owner].filter(Boolean).join(" · "));
    for (const [field] of listed) {
      setText(part(row, field), formatMeasurement(field, currentValue(known, field, clock.now()), units()));
    }
  }

  /** Where a key leads from the row, or the button after the last, that has the focus; `undefined` for a key that leads nowhere. */
  function goalOf(key: string): HTMLElement | null | undefined {
    const row = document.activeElement?.closest("li");
    const button = (of: Element | null | undefined) => of?.querySelector("button") ?? null;
    switch (key) {
      case "ArrowDown":
        return button(row?.nextElementSibling) ?? (more.hidden ? null : more);
      case "ArrowUp":
        return row ? (button(row.previousElementSibling) ?? search) : button(rows.lastElementChild);
      case "Home":
        return button(rows.firstElementChild);
      case "End":
        return button(rows.lastElementChild);
      default:
        return undefined;
    }
  }
}

/** A station in a few words, as its row has them. */
export function describeListed(listedStation: ListedStation, units: Units, nowMs: number): string {
  const measured = listed.flatMap(([field, label]) => {
    const value = currentValue(listedStation.conditions, field, nowMs);
    return value === null ? [] : `${label} ${formatMeasurement(field, value, units)}`;
  });
  return `${nameOf(listedStation)}: ${measured.join(", ") || "no waves, wind or water measured of late"}`;
}

function countOf(matching: number, most: number, wanted: string): string {
  if (matching === 0) return wanted === "" ? "No station has reported yet." : `No station matches “${wanted}”.`;
  return matching > most
    ? `${formatCount(matching, "station")}, the first ${most} are shown`
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

function value({ conditions }: ListedStation, field: "waveHeightM" | "windSpeedMps", nowMs: number): number {
  return currentValue(conditions, field, nowMs) ?? -1;
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
