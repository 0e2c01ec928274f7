// The OSC messages of one report.

import { type OscMessageInput, toBuffer } from "osc-min";
import { measurements } from "../../shared/measurements.ts";
import type { ObservationMessage } from "../../shared/observation.ts";

/**
 * Returns one report as OSC packets in sending order: a message for each field, then `/bellbuoy/report`. They are not in a
 * bundle: Sonic Pi does not accept bundles, and Pure Data ignores their time tags.
 * @param eventId `null` if another program published the report
 * @param ageSeconds age of the measurement
 */
export function reportPackets(observation: ObservationMessage, eventId: string | null, ageSeconds: number): DataView[] {
  const { stationId, timestamp } = observation;
  const values = measurements.map((field): OscMessageInput => {
    const value = observation[field] ?? null;
    const measured = value === null ? [] : [{ type: "float" as const, value }];
    return { address: `/bellbuoy/${field}`, args: [string(stationId), ...measured] };
  });
  const report: OscMessageInput = {
    address: "/bellbuoy/report",
    args: [string(stationId), string(timestamp), string(eventId ?? ""), { type: "float", value: ageSeconds }],
  };
  return [...values, report].map(toBuffer);
}

function string(value: string) {
  return { type: "string" as const, value };
}
