// Observations in the formats that several addresses share.

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

/** Encodes observations as a JSON list of what is published, so that a client needs one decoder only. */
export function encodeList(observations: StoredObservation[]): string {
  return `[${observations.map(encodeMessage).join(",")}]`;
}

/** Encodes observations as NDJSON. */
export function encodeLines(observations: StoredObservation[]): string {
  return observations.map((row) => `${encodeMessage(row)}\n`).join("");
}
