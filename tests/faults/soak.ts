// `bun run soak [--faults 200] [--seed N]`: runs the long soak and prints its results. With `--failover [--rounds 10]` it kills
// primaries that have a replica instead. With `--year`, it runs a year at speed.
import { parseArgs } from "node:util";
import { soakFailovers } from "../failover/soak.ts";
import { endOwnCluster } from "../rig/database.ts";
import { ndbcStations, wholeNetwork } from "../rig/recordings.ts";
import type { PastFault } from "./faults.ts";
import { recordedSeries } from "./network-series.ts";
import { complaintsOf, runSoak, stoppagesOf } from "./run-soak.ts";
import { soakYear } from "./run-year.ts";
import { faultKinds } from "./ways.ts";

// Exits with 1 when an event was lost, duplicated, out of order or different from the stored row, when no service noticed a
// fault in time, or when a service did not recover by itself.

const { faults: wantedFaults, seed, failover, rounds, yearDays } = readArguments();
if (failover) process.exit(await soakFailovers(rounds));
if (yearDays !== null) process.exit((await soakYear(yearDays)) ? 0 : 1);
const recordings = wholeNetwork ?? ndbcStations;
console.log(`seed ${seed}, ${wantedFaults} faults, recorded files of ${recordings.name}`);

let count = 0;
const report = await runSoak({
  seed,
  faults: wantedFaults,
  kinds: faultKinds,
  series: await recordedSeries(recordings),
  // A listener can resume over at most 10,000 events, which is about twenty files.
  stepMs: 2_000,
  listeners: 20,
  servers: 3,
  maxGapMs: 300,
  maxLastsMs: 3_000,
  onFault({ kind, lastsMs }) {
    count += 1;
    console.log(`${String(count).padStart(4)} ${kind}, ${(lastsMs / 1_000).toFixed(1)} s`);
  },
});

const { verdict, faults, contradictions, resets, crashes, ...figures } = report;
console.table(
  Object.fromEntries([...Map.groupBy(faults, ({ kind }) => kind)].map(([kind, all]) => [kind, rowOf(all)])),
);
const { unnoticed, stopped } = stoppagesOf(report);
console.table({
  ...figures,
  ...verdict,
  unnoticed: unnoticed.length,
  stopped: stopped.length,
  contradictions: contradictions.length,
  resets: resets.length,
  crashes: crashes.length,
});
const complaints = complaintsOf(report);
for (const complaint of complaints.slice(0, 20)) console.log(complaint);
console.log(
  `${faults.length} faults: ${verdict.lost} lost, ${verdict.duplicated} duplicated, ${stopped.length} stopped, ${unnoticed.length} unnoticed`,
);
console.log(
  complaints.length === 0 ? "every listener received every event once, in order" : "FAILED: see the lines above",
);
await endOwnCluster();
process.exit(complaints.length === 0 ? 0 : 1);

/** Returns the results for one kind of fault, in seconds. */
function rowOf(all: PastFault[]) {
  const longest = (times: (number | null)[]) => {
    const known = times.filter((time) => time !== null);
    return known.length === 0 ? "" : (Math.max(...known) / 1_000).toFixed(1);
  };
  return {
    times: all.length,
    "noticed after": longest(all.map(({ noticedAfterMs }) => noticedAfterMs)),
    "resumed after": longest(all.map(({ resumedAfterMs }) => resumedAfterMs)),
  };
}

type Arguments = { faults: number; seed: number; failover: boolean; rounds: number; yearDays: number | null };

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        faults: { type: "string", default: "200" },
        seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
        failover: { type: "boolean", default: false },
        rounds: { type: "string", default: "10" },
        year: { type: "boolean" },
        days: { type: "string", default: "365" },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      console.log(
        "bun run soak [--faults 200] [--seed N]\nbun run soak --failover [--rounds 10]\nbun run soak --year [--days 365]\n\nThe same seed makes the same faults in the same order. --failover kills primaries that have a replica.",
      );
      process.exit(0);
    }
    return {
      faults: wholeNumber("faults", values.faults),
      seed: wholeNumber("seed", values.seed),
      failover: values.failover,
      rounds: wholeNumber("rounds", values.rounds),
      yearDays: values.year ? wholeNumber("days", values.days) : null,
    };
  } catch (error) {
    console.error(`soak: ${(error as Error).message}`);
    process.exit(1);
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is "${text}", but must be a whole number`);
  return Number(text);
}
