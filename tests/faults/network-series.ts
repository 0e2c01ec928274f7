// Endless series of `latest_obs.txt` files, recorded or generated.
import { randomOf } from "../../services/dev/sea/random.ts";
import { latestObsHeader } from "../rig/ndbc-file.ts";
import type { Recordings } from "../rig/recordings.ts";

/** Returns the text of `latest_obs.txt` at a step of a replay; works for any step. */
export type Series = (step: number) => string;

const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;

/** Replays the recorded files of `latest_obs.txt` in a loop, each time a week earlier. */
export async function recordedSeries({ list, read }: Recordings): Promise<Series> {
  const bodies = await Promise.all(list("latest_obs_series/*.txt").map(read));
  return (step) => {
    const round = Math.floor(step / bodies.length);
    return shifted(bodies[step % bodies.length] ?? "", -round * weekMs);
  };
}

function shifted(body: string, byMs: number): string {
  return body.replace(
    /^(\w+ +\S+ +\S+ )(\d{4}) (\d\d) (\d\d) (\d\d) (\d\d)/gm,
    (_, start: string, year: string, month: string, day: string, hour: string, minute: string) =>
      start + cells(Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`) + byMs),
  );
}

/**
 * Generates a network in which each station reports every third step: first without waves, then with waves, then, at some
 * stations, with a correction. So each file has rows that are new, changed or the same.
 */
export function generatedSeries(stations: number, seed: number): Series {
  return (step) => {
    const rows = Array.from({ length: stations }, (_, index) => {
      const report = Math.floor((step + index) / 3);
      const stage = (step + index) % 3;
      const draw = (what: string) => randomOf(seed, `${index}/${report}/${what}`);
      const isCorrected = stage === 2 && draw("corrected") < 0.2;
      const wave = stage === 0 ? "MM" : (draw("wave") * 5).toFixed(1);
      const wind = (draw("wind") * 20 + (isCorrected ? 0.3 : 0)).toFixed(1);
      const time = cells(Date.UTC(2026, 0, 1) + report * 10 * minuteMs);
      const place = `${(index % 120) - 60}.000 ${(index % 360) - 180}.000`;
      return `${10_000 + index} ${place} ${time} ${index % 360} ${wind} MM ${wave} MM MM MM 1013.1 MM 20.5 MM MM MM MM`;
    });
    return `${latestObsHeader}${rows.join("\n")}\n`;
  };
}

/** Formats a time as the five cells of a row. */
function cells(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replaceAll(/[-T:]/g, " ");
}
