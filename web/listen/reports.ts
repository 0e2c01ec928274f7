// Groups arriving reports into bursts.

import type { Clock } from "../../shared/clock.ts";
import type { Report } from "../sound/score/network-score.ts";
import { onChange } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";

/** Groups reports that arrive in the same task into one burst. @param ring receives all reports of a burst */
export function gatherReports(state: PageState, clock: Clock, ring: (reports: Report[]) => void): void {
  let waiting: Omit<Report, "inView">[] = [];
  onChange(state.arrived, ({ newest }) => {
    if (!newest?.isNews) return;
    const { stationId, waterTempC, waveHeightM } = newest.observation;
    const longitude = state.network.stations.get(stationId)?.longitude ?? null;
    if (waiting.length === 0) clock.after(0, ringAll);
    waiting.push({ stationId, longitude, waterTempC, waveHeightM });
  });

  function ringAll(): void {
    const reports = waiting;
    waiting = [];
    const inView = state.inView.value;
    ring(reports.map((report) => ({ ...report, inView: inView.has(report.stationId) })));
  }
}
