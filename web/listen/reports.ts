// The reports that ring: those that arrive together, and those of the batch under way.

import type { Clock } from "../../shared/clock.ts";
import { isFresh, newestOf } from "../sea/conditions.ts";
import type { BellFields } from "../sound/mapping.ts";
import type { Report } from "../sound/score/network-score.ts";
import type { Network } from "../state/network.ts";
import { onChange } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

/**
 * Returns the newest report of each station, as far as the page knows its values: a value of an earlier report is not part of
 * it. Stations without a fresh report are left out.
 */
export function reportsOf(state: PageState, stationIds: Iterable<string>, nowMs: number): Report[] {
  const { network, inView } = state;
  return Array.from(stationIds).flatMap((stationId) => {
    const conditions = network.conditions.get(stationId);
    const atMs = conditions ? newestOf(conditions) : null;
    if (atMs === null || !isFresh({ atMs }, nowMs)) return [];
    const reported = (field: keyof BellFields) => {
      const measured = conditions?.fields[field];
      return measured?.atMs === atMs ? measured.value : null;
    };
    return {
      stationId,
      ...positionOf(network, stationId),
      waterTempC: reported("waterTempC"),
      waveHeightM: reported("waveHeightM"),
      inView: inView.value.has(stationId),
    };
  });
}

/** Groups reports that arrive in the same task into one burst. @param ring receives all reports of a burst */
export function gatherReports(state: PageState, clock: Clock, ring: (reports: Report[]) => void): void {
  let waiting: Omit<Report, "inView">[] = [];
  onChange(state.arrived, ({ newest }) => {
    if (!newest?.isNews) return;
    const { stationId, waterTempC, waveHeightM } = newest.observation;
    if (waiting.length === 0) clock.after(0, ringAll);
    waiting.push({ stationId, ...positionOf(state.network, stationId), waterTempC, waveHeightM });
  });

  function ringAll(): void {
    const reports = waiting;
    waiting = [];
    const inView = state.inView.value;
    ring(reports.map((report) => ({ ...report, inView: inView.has(report.stationId) })));
  }
}

function positionOf(network: Network, stationId: string): Pick<Report, "longitude" | "latitude"> {
  const { longitude = null, latitude = null } = network.stations.get(stationId) ?? {};
  return { longitude, latitude };
}
