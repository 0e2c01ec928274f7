// Checks the Bun version before every program (see bunfig.toml): an older Bun fails later, with a misleading error.

import manifest from "../package.json" with { type: "json" };

const needed = manifest.engines.bun.replace(">=", "");

if (!Bun.semver.satisfies(Bun.version, manifest.engines.bun)) {
  console.error(
    `bellbuoy needs Bun ${needed} or newer, and this is ${Bun.version}. ` +
      `Write "npx --prefer-offline bun@${needed}" in place of "bun", or run "bun upgrade".`,
  );
  process.exit(1);
}
