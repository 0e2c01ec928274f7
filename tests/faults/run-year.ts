// `bun run soak --year [--days 365]`: prints the figures of a year, fires each alert, and exits with 1 if something is wrong.
import { endOwnCluster } from "../rig/database.ts";
import { fireAlerts } from "./fire-alerts.ts";
import { runYear } from "./year.ts";

const retentionDays = 45;
/** A tenth of the network, polled every hour. */
const size = { stations: 80, pollsPerDay: 24 };

/** Runs the year and the alerts. @param days how many days @returns whether all is well */
export async function soakYear(days: number): Promise<boolean> {
  const kept = Math.min(retentionDays, Math.max(2, Math.floor(days / 4)));
  const startedAt = performance.now();
  console.log(`${days} days of ${size.stations} stations, ${size.pollsPerDay} polls a day, kept for ${kept} days`);
  const { figures, complaints } = await runYear({ days, ...size, retentionDays: kept }, ({ day, rows }) => {
    if (day % 30 === 0)
      console.log(`day ${day}: ${rows} rows, ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  });
  const every = Math.max(1, Math.floor(days / 12));
  console.table(figures.filter(({ day }) => day % every === 0).map(rounded));
  console.log("each alert by its fault, with all durations divided by 60:");
  const alerts = await fireAlerts(({ alert, seconds }) => {
    console.log(seconds === null ? `${alert} did not fire` : `${alert} fired after ${seconds} s`);
  });
  await endOwnCluster();
  for (const complaint of complaints) console.log(complaint);
  const isWell = complaints.length === 0 && alerts.every(({ seconds }) => seconds !== null);
  console.log(
    isWell ? "the year went by: sizes are flat, and each alert fired by its fault" : "FAILED: see the lines above",
  );
  return isWell;
}

function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]));
}
