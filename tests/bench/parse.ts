// Measures how fast files of stations are parsed.

import { parseRealtime } from "../../services/worker/ndbc/realtime.ts";
import type { Findings, RunOptions } from "./rig/findings.ts";
import { interleave } from "./rig/rounds.ts";
import { stationFile } from "./rig/station-file.ts";

export const description = "45 days of one station, from text to observations, on one core";

/** Enough runs for the JIT compiler; a worker's first file takes a few times longer. */
const turnMs = 1_000;

export async function run({ rounds }: RunOptions): Promise<Findings> {
  const { name, body, now } = await stationFile();
  const measured = await interleave(
    {
      bellbuoy: async () => rate(() => parseRealtime("41002", body, now).observations.length),
      "split, unchecked": async () => rate(() => splitRows(body).length),
    },
    rounds,
  );
  const rows = Object.entries(measured).map(([parser, figures]) => ({ parser, ...figures }));
  return { tables: [{ title: `${name}, ${Math.round(body.length / 1000)} kB`, rows }], skipped: [] };
}

/** Measures a parser. @param parse parses the file once and returns its number of rows */
function rate(parse: () => number): { "rows/s": number } {
  const start = performance.now();
  let rows = 0;
  while (performance.now() - start < turnMs) rows += parse();
  return { "rows/s": (rows / (performance.now() - start)) * 1000 };
}

/** Parses like a simple script, without header, units, ranges or broken lines. */
function splitRows(body: string) {
  return body
    .trimEnd()
    .split("\n")
    .slice(2)
    .map((line) => {
      const [year, month, day, hour, minute, ...values] = line.split(/\s+/);
      const observedAt = new Date(`${year}-${month}-${day}T${hour}:${minute}Z`);
      return { observedAt, values: values.map((value) => (value === "MM" ? null : Number(value))) };
    });
}
