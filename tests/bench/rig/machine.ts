// Describes the machine of a measurement.

import { cpus, release, totalmem, type } from "node:os";

/** Describes the machine in one line. */
export function machine(): string {
  const [first] = cpus();
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  const openFiles = Bun.spawnSync(["sh", "-c", "ulimit -n"]).stdout.toString().trim();
  return [
    `${cpus().length} cores of ${first?.model ?? "an unknown processor"}`,
    `${gigabytes} GB`,
    `${type()} ${release()}`,
    `Bun ${Bun.version}`,
    `ulimit -n ${openFiles}`,
  ].join(", ");
}
