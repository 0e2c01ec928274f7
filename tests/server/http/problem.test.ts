// Tests that docs/api.md describes every problem code.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { problemCodes } from "../../../services/server/http/problem.ts";

const page = await Bun.file(join(import.meta.dir, "../../../docs/api.md")).text();
const [, section = ""] = page.split(/^## Problems$/m);
const described = [...(section.split(/^## /m)[0] ?? "").matchAll(/^### (\w+)$/gm)].map(([, code = ""]) => code);

test("docs/api.md has a heading for every problem code, and no other", () => {
  expect(described.sort()).toEqual([...problemCodes].sort());
});
