// Observations as CSV, NDJSON and JSON lists, shared by several endpoints.

import type { StoredObservation } from "../../../../shared/measurements.ts";
import { encodeMessage } from "../../../../shared/observation.ts";
import { observation } from "../answers.ts";
import { csvHeader, csvLines, observationTable } from "./csv.ts";

type Answer = { observations: StoredObservation[] };

/** Writes an answer's observations as CSV. */
export const observationsAsCsv = {
  shape: { columns: observationTable.columns },
  write: ({ observations }: Answer) => csvHeader(observationTable) + csvLines(observationTable, observations),
};

/** Writes an answer's observations as NDJSON. */
export const observationsAsNdjson = {
  shape: { line: observation },
  write: ({ observations }: Answer) => encodeLines(observations),
};

/** Encodes observations as a JSON list of published messages, so that clients need only one decoder. */
export function encodeList(observations: StoredObservation[]): string {
  return `[${observations.map(encodeMessage).join(",")}]`;
}

/** Encodes observations as NDJSON. */
export function encodeLines(observations: StoredObservation[]): string {
  return observations.map((row) => `${encodeMessage(row)}\n`).join("");
}
