// `bun run test [PATH …]`: runs the test files in parallel.

import { runSuite } from "./rig/run-suite.ts";

process.exit(await runSuite(process.argv.slice(2)));
