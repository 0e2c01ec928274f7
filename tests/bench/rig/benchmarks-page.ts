// Writes the results of a bench into docs/benchmarks.md.

import { type Findings, markdownTable } from "./findings.ts";

/** Content of a section of the page. */
export type Section = {
  /** As in `bun run bench NAME`. */
  name: string;
  description: string;
  measuredAt: Date;
  /** See {@link machine}. */
  machine: string;
  findings: Findings;
};

/**
 * Returns the page with the section of a bench replaced, or added at its end. Two comments with its name
 * mark a section; Markdown does not show them.
 */
export function withSection(page: string, section: Section): string {
  const [begin, end] = [`<!-- begin ${section.name} -->`, `<!-- end ${section.name} -->`];
  const text = `${begin}\n\n${sectionText(section)}\n${end}\n`;
  const start = page.indexOf(begin);
  const stop = page.indexOf(end);
  if (start === -1 || stop === -1) return `${page.trimEnd()}\n\n${text}`;
  return page.slice(0, start) + text + page.slice(stop + end.length).trimStart();
}

function sectionText({ name, description, measuredAt, machine, findings }: Section): string {
  const tables = findings.tables.map((table) => `### ${table.title}\n\n${markdownTable(table)}`);
  const skipped = findings.skipped.map((reason) => `- Skipped: ${reason}`).join("\n");
  const measured = `Measured on ${measuredAt.toISOString().slice(0, 10)} by \`bun run bench ${name}\`: ${machine}.`;
  return [`## ${name}: ${description}`, measured, ...tables, skipped]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}
