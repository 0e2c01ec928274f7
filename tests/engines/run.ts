// Runs the tests that need other programs: `bun run test:engines [PART OF A PATH …]`, or `--missing` for a list.

import { join } from "node:path";
import { missingPrograms } from "./programs.ts";

const project = join(import.meta.dir, "../..");
const wanted = process.argv.slice(2);
const missing = missingPrograms();

if (wanted.includes("--missing")) {
  console.log([...new Set(missing.map(({ debian }) => debian))].join(" "));
  process.exit(0);
}

const files = [...new Bun.Glob("tests/engines/**/*.engine.ts").scanSync(project)]
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) fail(`no file of tests/engines has "${wanted.join('" or "')}" in its path`);

reportMissing();
const { code, count } = await runTests(files);
reportMissing();
const notRun = count("skip");
console.log(`${count("pass")} passed, ${count("fail")} failed, ${notRun} not run`);
process.exit(code !== 0 || notRun > 0 ? 1 : 0);

function reportMissing(): void {
  for (const { name, install } of missing) console.log(`not installed: ${name} (${install})`);
}

/** Runs the files in one process, and shows its report. @returns its exit code, and the counts that end the report */
async function runTests(paths: string[]): Promise<{ code: number; count(outcome: string): number }> {
  // Bun takes a name without ".test" in it for a path only behind "./".
  const argv = [process.execPath, "test", ...paths.map((path) => `./${path}`)];
  const child = Bun.spawn(argv, { cwd: project, stdio: ["ignore", "inherit", "pipe"] });
  let report = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    process.stderr.write(text);
    report += text;
  }
  const count = (outcome: string) => {
    const line = report.match(new RegExp(`^ *\\d+ ${outcome}$`, "gm"))?.at(-1) ?? "0";
    return Number.parseInt(line, 10);
  };
  return { code: await child.exited, count };
}

function fail(message: string): never {
  console.error(`test:engines: ${message}`);
  process.exit(1);
}
