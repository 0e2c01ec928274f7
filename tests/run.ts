// `bun run test [PATH …]`: installs what is missing, then runs the tests side by side.

import { installPackages } from "../services/dev/install.ts";

installPackages();
const { runSuite } = await import("./rig/run-suite.ts");
process.exit(await runSuite(process.argv.slice(2)));
