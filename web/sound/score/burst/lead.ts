// What leads the bells of a burst, announced with its first bell.

import type { Way } from "../../sound-event.ts";
import type { PlannedBell } from "./burst-plan.ts";
import type { Report } from "./report.ts";

/** What leads the bells of a burst, from which report on; `t` is the time of its first bell, in seconds of the score. */
export type Lead = { t: number; way: Way; report: Report };

/** Fewer bells have no lead: there is no way to follow. */
const fewestLed = 5;

/** Makes the lead of the current burst, which is announced once. */
export function createLead() {
  let lead: Lead | null = null;
  return {
    /** Sets the lead for planned bells. @param isFirst whether no bell of the burst has rung, so that it is not announced yet */
    plan(planned: readonly PlannedBell[], way: Way, isFirst: boolean): void {
      const [first] = planned;
      if (isFirst || lead !== null) lead = first && planned.length >= fewestLed ? { ...first, way } : null;
    },
    /** Returns the lead, once, when its first bell is before `t`; `null` for a few bells. */
    until(t: number): Lead | null {
      const due = lead !== null && lead.t < t ? lead : null;
      if (due) lead = null;
      return due;
    },
  };
}
