import type { ObservationMessage } from "../shared/observation.ts";
import type { Station } from "./api.ts";
import { formatAge, formatValue, formatWind } from "./format.ts";
import type { Arrival } from "./stream.ts";

/** The list of the latest observations, newest on top. */
export type ObservationList = {
  /** Shows a snapshot in place of what was there. */
  fill(observations: ObservationMessage[]): void;
  /** Puts an observation on top. @returns its row */
  add(arrival: Arrival): HTMLElement;
  /** Brings ages and station names up to date. */
  refresh(): void;
};

const mostRows = 50;

/**
 * @param list filled with copies of `template`, whose parts are named by `data-part`
 * @param stationOf who a station is, `null` when that is not known
 */
export function createObservationList(
  list: HTMLElement,
  template: HTMLTemplateElement,
  stationOf: (stationId: string) => Station | null,
): ObservationList {
  function createRow({ observation, eventId }: Arrival): HTMLElement {
    const row = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
    const { stationId, timestamp, windSpeedMps, windDirDeg, waveHeightM, waterTempC, pressureHpa } = observation;
    row.dataset.stationId = stationId;
    row.dataset.eventId = eventId ?? "";
    part(row, "age").setAttribute("datetime", timestamp);
    part(row, "water").textContent = formatValue(waterTempC, "°C");
    part(row, "waves").textContent = formatValue(waveHeightM, "m");
    part(row, "wind").textContent = formatWind(windSpeedMps, windDirDeg);
    part(row, "pressure").textContent = formatValue(pressureHpa, "hPa");
    refreshRow(row);
    return row;
  }

  function refreshRow(row: HTMLElement): void {
    const age = part(row, "age");
    const { stationId = "" } = row.dataset;
    const { name = null, owner = null } = stationOf(stationId) ?? {};
    setText(part(row, "station"), name ?? stationId);
    const known = [name === null ? null : stationId, owner].filter((text) => text !== null);
    setText(part(row, "station-id"), known.join(" · "));
    setText(age, formatAge(Date.now() - Date.parse(age.getAttribute("datetime") ?? "")));
  }

  return {
    fill(observations) {
      const newest = observations.toSorted((a, b) => b.timestamp.localeCompare(a.timestamp)).slice(0, mostRows);
      list.replaceChildren(
        ...newest.map((observation) => createRow({ observation, eventId: observation.eventId ?? null })),
      );
    },
    add(arrival) {
      const row = createRow(arrival);
      list.prepend(row);
      while (list.children.length > mostRows) list.lastElementChild?.remove();
      return row;
    },
    refresh() {
      for (const row of list.children) refreshRow(row as HTMLElement);
    },
  };
}

/** Sets a text only where it differs, so that a page that ticks every second leaves the rest of the browser in peace. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function part(row: HTMLElement, name: string): HTMLElement {
  const found = row.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (!found) throw new Error(`the template has no part "${name}"`);
  return found;
}
