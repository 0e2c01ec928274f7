import { type OscMessageInput, toBuffer } from "osc-min";
import { measurements } from "../../shared/measurements.ts";
import type { ObservationMessage } from "../../shared/observation.ts";

/**
 * One report as OSC packets, in the order in which they are to be sent: a message for each measured field, and at last
 * `/bellbuoy/report`. No bundles: Sonic Pi takes none, and Pure Data does not heed their time.
 * @param eventId `null` where another program published the report
 * @param ageSeconds how long ago the station measured
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
