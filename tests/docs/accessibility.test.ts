// The table of docs/accessibility.md.

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";

const page = await Bun.file(join(import.meta.dir, "../../docs/accessibility.md")).text();
/** Criteria of WCAG 2.2 at level A and AA, by guideline: https://www.w3.org/TR/WCAG22/ */
const criteria = Object.entries({
  "1.1": [1],
  "1.2": [1, 2, 3, 4, 5],
  "1.3": [1, 2, 3, 4, 5],
  "1.4": [1, 2, 3, 4, 5, 10, 11, 12, 13],
  "2.1": [1, 2, 4],
  "2.2": [1, 2],
  "2.3": [1],
  "2.4": [1, 2, 3, 4, 5, 6, 7, 11],
  "2.5": [1, 2, 3, 4, 7, 8],
  "3.1": [1, 2],
  "3.2": [1, 2, 3, 4, 6],
  "3.3": [1, 2, 3, 4, 7, 8],
  "4.1": [2, 3],
}).flatMap(([guideline, numbers]) => numbers.map((number) => `${guideline}.${number}`));

const rows = [...page.matchAll(/^\| (\d\.\d\.\d+) .*\| ([^|]+) \|$/gm)];
const absent = [...page.matchAll(/^- (\d\.\d\.\d+[^:]*):/gm)].flatMap(
  ([, list = ""]) => list.match(/\d\.\d\.\d+/g) ?? [],
);

test("each criterion of WCAG 2.2, A and AA, is either met or does not apply", () => {
  const named = [...rows.map(([, criterion = ""]) => criterion), ...absent];
  expect(criteria).toHaveLength(55);
  expect(named.sort()).toEqual(criteria.sort());
});

test("each criterion that applies has a test that exists, or a review", () => {
  for (const [, criterion, tests = ""] of rows) {
    const files = tests.match(/`[^`]+`/g) ?? [];
    expect(files.length > 0 || /axe|reviewed/.test(tests), criterion).toBe(true);
    for (const file of files) expect(existsSync(join(import.meta.dir, "../..", file.slice(1, -1))), file).toBe(true);
  }
});
