// The results of a bench, and their output as text and Markdown.

/** Exports of a bench module. Each file of `tests/bench` except `main.ts` is one, and its name is the name of the bench. */
export type Bench = {
  /** One line that describes the measurement. */
  description: string;
  /** Names of parts that can be measured alone, if any. */
  parts?: readonly string[];
  /** Measures, with its own programs on free ports. @throws {Error} if it cannot measure, or finds a wrong result */
  run(options: RunOptions): Promise<Findings>;
  /**
   * Measures the figures with a limit, in a minute or two, for `bun run bench --check`.
   * @throws {Error} if it cannot measure, or finds a wrong result
   */
  check?(): Promise<Check[]>;
};

/** A figure with its limit on an otherwise idle machine. */
export type Check = { name: string; value: number; unit: string; max: number };

/** Options of a run. */
export type RunOptions = {
  /** Number of turns of each contestant. */
  rounds: number;
  /** The only part to measure, as in `bun run bench fanout:burst`; `null`: all. */
  part: string | null;
};

/** Results of a bench. */
export type Findings = {
  tables: Table[];
  /** Skipped measurements with their reasons, a line each. */
  skipped: string[];
};

/** Medians, with a row for each contestant. */
export type Table = {
  title: string;
  /** Rows with equal columns, whose names contain the units. */
  rows: Record<string, string | number>[];
};

/** Returns checks as a table. */
export function tableOf(title: string, checks: Check[]): Table {
  const rows = checks.map((check) => ({
    what: check.name,
    unit: check.unit,
    measured: check.value,
    limit: check.max,
    ok: isWithin(check) ? "yes" : "NO",
  }));
  return { title, rows };
}

/** Returns whether a figure is within its limit; a figure that could not be measured is not. */
export function isWithin({ value, max }: Check): boolean {
  return value <= max;
}

/** Returns a table as text, with numbers aligned right. */
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

/** Returns a table in Markdown, with numbers aligned right. */
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

/** Formats a number with three significant digits, or all digits before the decimal point. */
function printCell(value: string | number | undefined): string {
  if (typeof value !== "number") return value ?? "";
  if (!Number.isFinite(value)) return "-";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}
