// What a bench returns, and how it is printed.

/** What a bench module exports; each file of `tests/bench` but `main.ts` is one, called by its name. */
export type Bench = {
  /** One line: what is measured. */
  description: string;
  /** Names of what can be measured apart, if anything. */
  parts?: readonly string[];
  /** Measures, starting all that it needs on free ports and ending it again. @throws {Error} when it cannot, or finds a fault */
  run(options: RunOptions): Promise<Findings>;
  /**
   * Measures what has a bound, in a minute or two, for `bun run bench --check`.
   * @throws {Error} when it cannot, or finds a fault
   */
  check?(): Promise<Check[]>;
};

/** One figure with the bound that it keeps on a quiet machine. */
export type Check = { name: string; value: number; unit: string; max: number };

/** How a bench is to be run. */
export type RunOptions = {
  /** How often each contestant has its turn. */
  rounds: number;
  /** The one part of it that is wanted, as in `bun run bench fanout:burst`; `null`: all. */
  part: string | null;
};

/** What a bench has found. */
export type Findings = {
  tables: Table[];
  /** What was left out, and why: a line each. */
  skipped: string[];
};

/** Medians of what was measured: a row for each contestant. */
export type Table = {
  title: string;
  /** Each with the same columns, whose names hold their units. */
  rows: Record<string, string | number>[];
};

/** Returns checks as a table. */
export function tableOf(title: string, checks: Check[]): Table {
  const rows = checks.map((check) => ({
    what: check.name,
    unit: check.unit,
    measured: check.value,
    bound: check.max,
    ok: isWithin(check) ? "yes" : "NO",
  }));
  return { title, rows };
}

/** Returns whether a figure keeps its bound; what could not be measured does not. */
export function isWithin({ value, max }: Check): boolean {
  return value <= max;
}

/** A table as text, numbers to the right. */
export function printTable({ title, rows }: Table): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => printCell(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const isNumber = columns.map((column) => rows.some((row) => typeof row[column] === "number"));
  const lines = cells.map((line) =>
    line
      .map((cell, index) => (isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return `\n${title}\n\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/** Returns a table in Markdown, numbers to the right. */
export function markdownTable({ rows }: Table): string {
  const columns = Object.keys(rows[0] ?? {});
  const isNumber = columns.map((column) => rows.some((row) => typeof row[column] === "number"));
  const lines = [
    columns,
    isNumber.map((right) => (right ? "---:" : "---")),
    ...rows.map((row) => columns.map((column) => printCell(row[column]).replaceAll("|", "\\|"))),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Three digits that count, or all of those before the point. */
function printCell(value: string | number | undefined): string {
  if (typeof value !== "number") return value ?? "";
  if (!Number.isFinite(value)) return "-";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}
