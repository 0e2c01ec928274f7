// NOTICE names every package that the page and the executable contain.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { dependencies } from "../../package.json" with { type: "json" };

const project = join(import.meta.dir, "../..");

test("NOTICE has the version and the licence of every package that is shipped", async () => {
  const notice = await Bun.file(join(project, "NOTICE")).text();
  const shipped = new Set<string>();
  const add = async (name: string): Promise<void> => {
    const file = Bun.file(join(project, "node_modules", name, "package.json"));
    // An optional package for another system.
    if (shipped.has(name) || !(await file.exists())) return;
    shipped.add(name);
    const { version, dependencies: needed = {} } = await file.json();
    expect(notice).toContain(`\n${name} ${version} (`);
    for (const dependency of Object.keys(needed)) await add(dependency);
  };
  for (const name of Object.keys(dependencies)) await add(name);
  expect(shipped.size).toBeGreaterThan(20);
});
