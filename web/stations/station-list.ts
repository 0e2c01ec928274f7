// The list of all stations.

import type { Clock } from "../../shared/clock.ts";
import { make, setText } from "../dom/dom.ts";
import { paced } from "../dom/pace.ts";
import { observe, onChange } from "../state/observe.ts";
import { type PageState, stationSoundOf } from "../state/page-state.ts";
import * as words from "../words/english/list.ts";
import { fill } from "../words/message.ts";
import { followListKeys } from "./list-keys.ts";
import { createListRows } from "./list-rows.ts";
import { isSilent, listedStations, type Order, orders } from "./listed.ts";
import { matchesSearch } from "./search.ts";
import { raiseWhileSearching } from "./search-sheet.ts";

type StationList = {
  focusSearch(): void;
};

/** Max rows at first; a button adds more. */
const rowsAtOnce = 120;
/** Time between two updates while reports arrive. */
const restMs = 2_000;

/** Shows all stations as a searchable list, as an accessible alternative to the map. */
export function showStationList(
  element: HTMLElement,
  state: PageState,
  onSelect: (stationId: string) => void,
  clock: Clock,
): StationList {
  const { search, order, end, count, more } = createTools();
  const side = element.parentElement ?? element;
  const endSearch = raiseWhileSearching(side, { search, end });
  const rows = createListRows((stationId) => {
    endSearch();
    onSelect(stationId);
  }, clock);
  let maxRows = rowsAtOnce;
  let frame = 0;
  element.replaceChildren(make("div", { className: "list-tools" }, search, order, end), count, rows.element, more);
  for (const control of [search, order]) {
    control.addEventListener("input", () => {
      maxRows = rowsAtOnce;
      showSoon();
    });
  }
  more.addEventListener("click", () => {
    const next = maxRows;
    maxRows += rowsAtOnce;
    show();
    rows.element.children[next]?.querySelector("button")?.focus();
  });
  followListKeys(element, { side, search, rows: rows.element, more }, clock);
  const { view, units, arrived, stationsLoaded, conditionsLoaded, quarter } = state;
  onChange(arrived, paced(showSoon, restMs, clock));
  observe([stationsLoaded, conditionsLoaded, quarter, units], showSoon);
  observe([view], () => rows.select(view.value.stationId));
  onChange(state.sounded, (all) => {
    for (const { stationId, atMs } of all.flatMap((sounded) => stationSoundOf(sounded) ?? [])) {
      clock.after(Math.max(0, atMs - clock.monotonicMs()), () => rows.rung(stationId));
    }
  });

  return {
    focusSearch() {
      search.focus();
      search.select();
    },
  };

  /** Combines updates: a burst of 900 reports redraws the list once. */
  function showSoon(): void {
    if (frame === 0) frame = requestAnimationFrame(show);
  }

  function show(): void {
    frame = 0;
    const wanted = search.value.trim();
    const matching = [...listedStations(state.network)].filter(({ stationId, station }) =>
      matchesSearch(stationId, station, wanted),
    );
    matching.sort(orders[order.value as Order].compare(clock.now()));
    const { focused } = rows;
    // A focused row stays, even if other stations move before it.
    const shown = matching.filter(({ stationId }, rank) => rank < maxRows || stationId === focused);
    rows.show(shown, units.value);
    const silent = matching.filter(isSilent).length;
    // Announced only during a search: each batch changes the number of silent stations.
    count.ariaLive = wanted === "" ? "off" : "polite";
    setText(count, countOf(matching.length - silent, silent, wanted));
    const hidden = matching.length - shown.length;
    more.hidden = hidden <= 0;
    setText(more, fill(words.more, { count: Math.min(rowsAtOnce, hidden) }));
  }
}

function createTools() {
  const attributes = { "aria-label": words.search };
  const search = make("input", { type: "search", placeholder: words.searchHint, attributes });
  const order = make("select", { attributes: { "aria-label": words.order } });
  order.append(...Object.entries(orders).map(([id, { label }]) => make("option", { value: id, textContent: label })));
  const count = make("p", { className: "quiet", textContent: words.waitingForStations });
  const more = make("button", { type: "button", id: "more-stations", hidden: true });
  const end = make("button", {
    type: "button",
    id: "end-search",
    textContent: "✕",
    attributes: { "aria-label": words.endSearch },
  });
  return { search, order, end, count, more };
}

function countOf(reporting: number, silent: number, wanted: string): string {
  if (reporting + silent === 0) return wanted === "" ? words.noStation : fill(words.noMatch, { wanted });
  return silent === 0
    ? fill(words.count, { count: reporting })
    : fill(words.countAndSilent, { count: reporting, silent });
}
