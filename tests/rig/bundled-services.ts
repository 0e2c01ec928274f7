// Both services, each bundled into one script: it starts in half the time that the sources need.

import { mkdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";

const project = resolve(import.meta.dir, "../..");

/**
 * Bundles the services into a folder that has the same layout as the project, and links the player next to them.
 * @throws {Error} with the position of a source error
 */
export async function bundleServices(folder: string): Promise<void> {
  await mkdir(join(folder, "services"), { recursive: true });
  // In a bundle, `import.meta.dir` of every module is the bundle's folder, two folders below, as that of
  // `shared/player/player-dir.ts` is.
  await symlink(join(project, "web"), join(folder, "web"));
  const built = await Bun.build({
    entrypoints: ["worker", "server"].map((service) => join(project, "services", service, "main.ts")),
    root: project,
    outdir: folder,
    target: "bun",
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map((log) => Bun.inspect(log)).join("\n"));
}
