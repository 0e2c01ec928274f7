// NOTICE names every package that the page and the executable contain.

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dependencies } from "../../package.json" with { type: "json" };

const project = join(import.meta.dir, "../..");

test("NOTICE has the version and the licence of every package that is shipped", async () => {
  const notice = await Bun.file(join(project, "NOTICE")).text();
  const shipped = new Set<string>();
  const add = async (name: string, parent: string): Promise<void> => {
    // A package may have its own version of another one.
    const folders = [parent, project].map((folder) => join(folder, "node_modules", name));
    const folder = folders.find((path) => existsSync(join(path, "package.json")));
    // An optional package for another system.
    if (folder === undefined || shipped.has(folder)) return;
    shipped.add(folder);
    const { version, dependencies: needed = {} } = await Bun.file(join(folder, "package.json")).json();
    expect(notice.includes(`\n${name} ${version} (`), `${name} ${version}`).toBe(true);
    for (const dependency of Object.keys(needed)) await add(dependency, folder);
  };
  for (const name of Object.keys(dependencies)) await add(name, project);
  expect(shipped.size).toBeGreaterThan(20);
});
