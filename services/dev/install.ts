// Installs the project's packages before `dev`, `demo` and the tests, so that one command is enough on a fresh checkout. It
// is a program of its own: a process that began without `node_modules` does not find what was installed meanwhile.

import { resolve } from "node:path";

const project = resolve(import.meta.dir, "../..");
// The first time takes a while, and a terminal without a word would look dead.
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
