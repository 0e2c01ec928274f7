// `bun run bench [NAME[:PART] …] [--rounds N] [--docs]` measures; `--check` compares with fixed limits.

import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endOwnCluster } from "../rig/database.ts";
import { withSection } from "./rig/benchmarks-page.ts";
import { type Bench, type Check, type Findings, isWithin, printTable, tableOf } from "./rig/findings.ts";
import { machine } from "./rig/machine.ts";

const resultsDir = join(import.meta.dir, "../../bench-results");
const docsPage = join(import.meta.dir, "../../docs/benchmarks.md");

const known = (await readdir(import.meta.dir))
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.slice(0, -".ts".length))
  .sort();
const wanted = readArguments();

for (const { name } of wanted.benches) {
  if (!known.includes(name)) fail(`there is no bench "${name}", only ${known.join(", ")}`);
}
const benches = wanted.benches.length > 0 ? wanted.benches : known.map((name) => ({ name, part: null }));
let isWell = true;
if (wanted.check) isWell = await checkBenches(benches.map(({ name }) => name));
else for (const { name, part } of benches) await runBench(name, part);
await endOwnCluster();
process.exit(isWell ? 0 : 1);

/** Runs the checks of these benches, one after another. @returns whether all figures are within their limits */
async function checkBenches(names: string[]): Promise<boolean> {
  const checks: Check[] = [];
  for (const name of names) {
    const bench: Bench = await import(`./${name}.ts`);
    if (bench.check === undefined) continue;
    process.stderr.write(`${name}: ${bench.description}\n`);
    checks.push(...(await bench.check()).map((check) => ({ ...check, name: `${name}: ${check.name}` })));
  }
  if (checks.length === 0) fail(`${names.join(", ")}: these benches have no limits`);
  const table = tableOf(`limits for an otherwise idle machine; this one is ${machine()}`, checks);
  console.log(printTable(table));
  const beyond = checks.filter((check) => !isWithin(check)).length;
  console.log(`  ${beyond === 0 ? "all within their limits" : `${beyond} of ${checks.length} beyond their limits`}`);
  console.log(`  written to ${await write("check", { tables: [table], skipped: [] })}`);
  return beyond === 0;
}

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
  if (!wanted.docs) return;
  const command = part === null ? name : `${name}:${part}`;
  const section = {
    name: command,
    description: bench.description,
    measuredAt: new Date(),
    machine: machine(),
    findings,
  };
  await Bun.write(docsPage, withSection(await Bun.file(docsPage).text(), section));
}

/** Writes a result as JSON. @returns the path of the file */
async function write(name: string, findings: Findings): Promise<string> {
  await mkdir(resultsDir, { recursive: true });
  const path = join(resultsDir, `${name}.json`);
  const result = { measuredAt: new Date().toISOString(), machine: machine(), rounds: wanted.rounds, ...findings };
  await Bun.write(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        check: { type: "boolean" },
        docs: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help) {
      console.log(
        `bun run bench [NAME[:PART] …] [--rounds N] [--docs]\nbun run bench --check [NAME …]\n\n` +
          `The names are ${known.join(", ")}; without one, all of them. --docs writes the figures into docs/benchmarks.md.\n` +
          "--check compares with fixed limits, on an otherwise idle machine, and exits with 1 beyond them.",
      );
      process.exit(0);
    }
    const rounds = Number(values.rounds ?? 5);
    if (!Number.isInteger(rounds) || rounds < 1) fail(`--rounds is "${values.rounds}", but must be 1 or more`);
    const benches = positionals.map((positional) => {
      const [name = "", part = null] = positional.split(":");
      return { name, part };
    });
    return { rounds, benches, check: values.check ?? false, docs: values.docs ?? false };
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(1);
}
