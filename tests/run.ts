// `bun run test [PATH …]`: runs the tests side by side.

import { runSuite } from "./rig/run-suite.ts";

process.exit(await runSuite(process.argv.slice(2)));
