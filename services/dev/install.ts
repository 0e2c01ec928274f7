// Installs the project's packages, so that one command is enough on a fresh checkout. It imports no package itself.

import { resolve } from "node:path";

/** Installs what bun.lock names, which is quick when all of it is there. Prints what went wrong and exits with 1 where that fails. */
export function installPackages(): void {
  const project = resolve(import.meta.dir, "../..");
  const { success, stderr } = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
    cwd: project,
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (success) return;
  process.stderr.write(`bellbuoy: the packages could not be installed in ${project}\n${stderr}`);
  process.exit(1);
}
