// Tests that docs/troubleshooting.md quotes only what the code logs, answers or shows, in the order of a new install.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const project = join(import.meta.dir, "../..");
const page = await Bun.file(join(project, "docs/troubleshooting.md")).text();
const settings = await Bun.file(join(project, "docs/settings.md")).text();
const sources = await Promise.all(
  [...new Bun.Glob("{services,shared,web,docs}/**/*.{ts,html,yaml}").scanSync({ cwd: project })]
    .filter((path) => !path.startsWith("web/dist/"))
    .map((path) => Bun.file(join(project, path)).text()),
);
/** The code without its comments. */
const code = sources.join("\n").replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/ .*$/gm, "");

/** Returns whether the code has this quote: in a string, as a code or the name of a field, or as a setting. */
function isInCode(quote: string): boolean {
  if (/^[A-Z]+_[A-Z_]+(=\S+)?$/.test(quote)) return settings.includes(`\`${quote.split("=")[0]}\``);
  const field = /^"?(\w+)"?(:.*)?$/.exec(quote)?.[1];
  if (field !== undefined && new RegExp(`\\b${field}\\b`).test(code)) return true;
  // In a template, a placeholder stands for a name, a number or an ellipsis.
  const words = quote.split(/([A-Za-z\d.]+|…)/).map((part, index) => {
    if (index % 2 === 0) return RegExp.escape(part);
    return part === "…" ? "(?:\\$\\{[^{}]*\\}|)" : `(?:${RegExp.escape(part)}|\\$\\{[^{}]*\\})`;
  });
  return [...code.matchAll(new RegExp(words.join(""), "g"))].some(
    ([found]) => found.replace(/\$\{[^{}]*\}/g, "").replace(/\W/g, "").length >= 4,
  );
}

/** Commands, which are not in a string of the code. */
const commands = /^(curl -N|dev|demo)$/;

const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| You see") && !line.startsWith("| ---"));
const quotes = rows.flatMap((row) =>
  [...(row.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text),
);

describe("docs/troubleshooting.md", () => {
  test.each([...new Set(quotes)].filter((quote) => !commands.test(quote)))("quotes what the code has: %s", (quote) => {
    expect(isInCode(quote)).toBe(true);
  });

  test("would not quote a log line that is gone", () => {
    for (const gone of ["the disk is full", "no more streams", "redis_gone", "bellbuoy_gone_total", "GONE=1"])
      expect(`${gone} ${isInCode(gone)}`).toBe(`${gone} false`);
  });

  test("has the symptoms in the order in which a new install meets them", () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      "The service does not start",
      "No page",
      "The page opens, but there is no data",
      "There is data, but no sound",
      "There is sound, but no bells",
      "High load",
      "The disk fills up",
    ]);
  });

  test("has a remedy for each symptom", () => {
    for (const row of rows) expect(row.split(/(?<!\\)\|/).filter((cell) => cell.trim() !== "")).toHaveLength(3);
  });
});
