// Reads the code blocks of the documentation.

import { join } from "node:path";

const project = join(import.meta.dir, "../..");

/** A fenced code block of a page. */
export type CodeBlock = {
  /** Path in the project: `docs/api.md`. */
  page: string;
  /** The word after the fence: `sh`, `json`. Empty if there is none. */
  language: string;
  text: string;
  /** Page and first two lines, which name the block in tests. */
  name: string;
};

/** Reads all code blocks of README, CONTRIBUTING and the folders `docs` and `.github`, also those in lists and quotes. */
export async function readCodeBlocks(): Promise<CodeBlock[]> {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    ...new Bun.Glob("{docs,.github}/**/*.md").scanSync({ cwd: project, dot: true }),
  ];
  const blocks = await Promise.all(
    pages.sort().map(async (page) => codeBlocksOf(page, await Bun.file(join(project, page)).text())),
  );
  return blocks.flat();
}

/** Returns the blocks of a page. @throws {Error} if a fence is not closed */
export function codeBlocksOf(page: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; indent: string; language: string; lines: string[] } | null = null;
  for (const line of markdown.split("\n")) {
    const [, indent = "", fence = "", info = ""] = /^([\s>]*)(`{3,}|~{3,})\s*(.*)$/.exec(line) ?? [];
    if (open === null) {
      if (fence !== "") open = { fence, indent, language: info.split(/\s/)[0] ?? "", lines: [] };
    } else if (fence.startsWith(open.fence) && info === "") {
      const { language, lines } = open;
      blocks.push({ page, language, text: `${lines.join("\n")}\n`, name: `${page}: ${lines.slice(0, 2).join(" ; ")}` });
      open = null;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  if (open !== null) throw new Error(`${page} has a code block without an end: ${open.lines[0]}`);
  return blocks;
}

/** Returns the block whose name starts with these words. @throws {Error} if there is no such block, or more than one */
export function blockNamed(blocks: CodeBlock[], start: string): CodeBlock {
  const [found, another] = blocks.filter(({ name }) => name.startsWith(start));
  if (found === undefined || another !== undefined)
    throw new Error(`not exactly one code block starts with "${start}"`);
  return found;
}
