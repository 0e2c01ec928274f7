// Runs the tests that need other programs: `bun run test:engines [PART OF A PATH …]`. With `--missing` it only lists the
// Debian packages of the programs that are not installed.

import { join } from "node:path";
import { runSuite } from "../rig/run-suite.ts";
import { missingPrograms } from "./programs.ts";

const project = join(import.meta.dir, "../..");
const wanted = process.argv.slice(2);

if (wanted.includes("--missing")) {
  console.log([...new Set(missingPrograms().map(({ debian }) => debian))].join(" "));
  process.exit(0);
}

const files = [...new Bun.Glob("tests/engines/**/*.engine.ts").scanSync(project)]
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`test:engines: no file of tests/engines has "${wanted.join('" or "')}" in its path`);
  process.exit(1);
}

const sources = await Promise.all(files.map((file) => Bun.file(join(project, file)).text()));
const hints = missingPrograms()
  .filter(({ name }) => sources.some((source) => source.includes(`"${name}"`)))
  .map(({ name, install }) => `${name} is missing. To install it: ${install}`);
for (const hint of hints) console.log(hint);
// Bun accepts a file name without ".test" only after "./".
process.exit(
  await runSuite(
    files.map((file) => `./${file}`),
    hints,
  ),
);
