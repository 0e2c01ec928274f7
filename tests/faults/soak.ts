import { parseArgs } from "node:util";
import { ndbcStations, wholeNetwork } from "../rig/recordings.ts";
import { recordedSeries } from "./network-series.ts";
import { complaintsOf, runSoak } from "./run-soak.ts";

// The long form: bun run soak [--faults 200] [--seed 1]. Exit code 1 when an event was lost, or told twice or wrongly.

const { faults: wantedFaults, seed } = readArguments();
const recordings = wholeNetwork ?? ndbcStations;
console.log(`seed ${seed}, ${wantedFaults} faults, recorded files of ${recordings.name}`);

let count = 0;
const report = await runSoak({
  seed,
  faults: wantedFaults,
  series: await recordedSeries(recordings),
  // A listener must not fall more than the 10,000 events of one resume behind: these are twenty files.
  stepMs: 2_000,
  listeners: 20,
  servers: 3,
  maxGapMs: 2_000,
  maxLastsMs: 7_000,
  onFault(kind, lastsMs) {
    count += 1;
    const lasts = kind === "close client sockets" ? "" : `, ${(lastsMs / 1_000).toFixed(1)} s`;
    console.log(`${String(count).padStart(4)} ${kind}${lasts}`);
  },
});

const { verdict, faults, longestPollPause, longestPollPauseOfWorkers, contradictions, resets, crashes, ...figures } =
  report;
console.table({
  ...faults,
  ...figures,
  longestPollPauseMs: longestPollPause.ms,
  longestPollPauseOfWorkersMs: longestPollPauseOfWorkers.ms,
  ...verdict,
  contradictions: contradictions.length,
  resets: resets.length,
  crashes: crashes.length,
});
console.log(`The longest pause between polls: ${longestPollPause.faults.join(", ")}`);
const complaints = complaintsOf(report);
for (const complaint of complaints.slice(0, 20)) console.log(complaint);
console.log(complaints.length === 0 ? "nothing was lost" : "THE PROMISE WAS BROKEN");
process.exit(complaints.length === 0 ? 0 : 1);

function readArguments(): { faults: number; seed: number } {
  try {
    const { values } = parseArgs({
      options: {
        faults: { type: "string", default: "200" },
        seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      console.log("bun run soak [--faults 200] [--seed N]\n\nThe same seed makes the same faults in the same order.");
      process.exit(0);
    }
    return { faults: wholeNumber("faults", values.faults), seed: wholeNumber("seed", values.seed) };
  } catch (error) {
    console.error(`soak: ${(error as Error).message}`);
    process.exit(1);
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is "${text}", but must be a whole number`);
  return Number(text);
}
