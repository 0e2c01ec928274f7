// Measures the time from a click on the page to the first bell, at ten moments between two batches.

import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { closeBrowser } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { endOwnCluster } from "../rig/database.ts";
import { observed } from "../rig/observed.ts";
import { listen, type OpenPlayer, startOpenPlayer } from "../rig/player.ts";
import { type Check, type Findings, tableOf } from "./rig/findings.ts";
import { installProbe } from "./rig/page-probe.ts";

export const description = "click to first bell, at ten moments between two batches of five minutes";

/** NDBC's rhythm. */
const periodS = 300;
const moments = Array.from({ length: 10 }, (_, index) => (index * periodS) / 10);
const stations = 400;

/** Runs the measurement once at each moment. */
export async function run(): Promise<Findings> {
  return { tables: [tableOf("once at each moment", await check())], skipped: [] };
}

/** Runs the measurement once at each moment. @throws {Error} without Chromium, or if no bell rings */
export async function check(): Promise<Check[]> {
  await builtPlayer();
  const player = await startOpenPlayer();
  try {
    await moorStations(player);
    const checks: Check[] = [];
    for (const ageS of moments) {
      await storeBatch(player, ageS);
      checks.push({
        name: `first bell, ${ageS} s after a batch`,
        value: await measure(player),
        unit: "ms",
        max: 2_000,
      });
    }
    return checks;
  } finally {
    await player.stop();
    await closeBrowser();
    await endOwnCluster();
  }
}

/** Stores stations all over the seas of the map's first view; the page shows no bell of a station without a position. */
async function moorStations({ stack: { sql } }: OpenPlayer): Promise<void> {
  await sql`
    insert into stations (station_id, name, owner, latitude, longitude)
    select 'B' || 1000 + n, 'Buoy ' || n, 'NDBC', 20 + n % 20, -160 + n % 100 from generate_series(0, ${stations - 1}) as n
  `;
}

/** Stores a batch that is `ageS` seconds old, and one a period before it. Half of the rows have water, a quarter waves. */
async function storeBatch({ stack: { sql } }: OpenPlayer, ageS: number): Promise<void> {
  await sql`delete from observations`;
  await sql`delete from batches`;
  const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 10 * 60_000).toISOString();
  for (const batchAgeS of [ageS + periodS, ageS]) {
    const rows = Array.from({ length: stations }, (_, index) =>
      observed(`B${1_000 + index}`, at, {
        windSpeedMps: 3 + (index % 11) + batchAgeS / 1_000,
        ...(index % 2 === 0 ? { waterTempC: 4 + (index % 22) } : {}),
        ...(index % 4 === 0 ? { waveHeightM: (index % 12) / 2 } : {}),
      }),
    );
    await storePoll(sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
    await sql`
      update batches set arrived_at = now() - make_interval(secs => ${batchAgeS})
      where first_event_id = (select max(first_event_id) from batches)
    `;
  }
}

async function measure(player: OpenPlayer): Promise<number> {
  const page = await player.open("/?hook=1", "live", `(${installProbe})()`);
  await page.until("bellbuoy.listening !== null && probe.bellsMade");
  // A caption appears when its bell sounds.
  await page.view.evaluate(`void (globalThis.firstBell = new Promise((resolve) => {
    const seen = new MutationObserver(() => resolve(performance.now()));
    seen.observe(document.getElementById("captions"), { childList: true });
  }))`);
  await listen(page);
  const tookMs = await page.view.evaluate<number>("firstBell.then((atMs) => atMs - probe.clickedAtMs)");
  player.closePages();
  return tookMs;
}
