// Installs the project's packages before `dev`, `demo` and the tests, so that one command is enough in a fresh checkout.
// It runs in its own process: a process that starts without `node_modules` does not find packages that are installed later.

import { resolve } from "node:path";

const project = resolve(import.meta.dir, "../..");
// The first install takes a while, so show progress.
if (process.stdout.isTTY) process.stdout.write("Installing packages…");
const { success, stderr } = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
  cwd: project,
  stdio: ["ignore", "ignore", "pipe"],
});
if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
if (!success) {
  process.stderr.write(`bellbuoy: the packages could not be installed in ${project}\n${stderr}`);
  process.exit(1);
}
