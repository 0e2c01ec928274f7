import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, type Findings, printTable } from "./rig/findings.ts";
import { machine } from "./rig/machine.ts";

const resultsDir = join(import.meta.dir, "../../bench-results");

const known = (await readdir(import.meta.dir))
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.slice(0, -".ts".length))
  .sort();
const wanted = readArguments();

for (const { name } of wanted.benches) {
  if (!known.includes(name)) fail(`there is no bench "${name}", only ${known.join(", ")}`);
}
const benches = wanted.benches.length > 0 ? wanted.benches : known.map((name) => ({ name, part: null }));
for (const { name, part } of benches) await runBench(name, part);
process.exit(0);

async function runBench(name: string, part: string | null): Promise<void> {
  const bench: Bench = await import(`./${name}.ts`);
  if (part !== null && bench.parts?.includes(part) === false) {
    fail(`${name} has no part "${part}", only ${bench.parts.join(", ")}`);
  }
  console.log(`\n${name}: ${bench.description}\non ${machine()}`);
  const findings = await bench.run({ rounds: wanted.rounds, part });
  for (const table of findings.tables) console.log(printTable(table));
  for (const reason of findings.skipped) console.log(`  skipped: ${reason}`);
  console.log(`  written to ${await write(part === null ? name : `${name}-${part}`, findings)}`);
}

/** @returns where it was written */
async function write(name: string, findings: Findings): Promise<string> {
  await mkdir(resultsDir, { recursive: true });
  const path = join(resultsDir, `${name}.json`);
  const result = { measuredAt: new Date().toISOString(), machine: machine(), rounds: wanted.rounds, ...findings };
  await Bun.write(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

/** `bun run bench [NAME[:PART] …] [--rounds N]` */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { rounds: { type: "string" }, help: { type: "boolean" } },
    });
    if (values.help) {
      console.log(
        `bun run bench [NAME[:PART] …] [--rounds N]\n\nThe names are ${known.join(", ")}; without one, all of them.`,
      );
      process.exit(0);
    }
    const rounds = Number(values.rounds ?? 5);
    if (!Number.isInteger(rounds) || rounds < 1) fail(`--rounds is "${values.rounds}", but must be 1 or more`);
    const benches = positionals.map((positional) => {
      const [name = "", part = null] = positional.split(":");
      return { name, part };
    });
    return { rounds, benches };
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(1);
}
