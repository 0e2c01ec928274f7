// Finds the failed tests in the output of `bun test`.

/** Matches the last line of a test's output. */
const result = /^\((pass|fail|skip|todo)\) /;
/** Max lines of a failure: its end names the error, the place and the test. */
const maxLines = 120;

/**
 * Extracts the failed tests from the output of `bun test`.
 * @param output text that `bun test` writes to stderr
 * @returns for each failed test everything that it printed, without the summary at the end
 */
export function failuresIn(output: string): string[] {
  const failures: string[] = [];
  let lines: string[] = [];
  for (const line of output.split("\n")) {
    lines.push(line);
    const [, outcome] = result.exec(line) ?? [];
    if (outcome === undefined) continue;
    // The summary at the end repeats the result without a reason.
    if (outcome === "fail" && lines.some((text) => /^\s*at |error/i.test(text))) {
      failures.push(lines.slice(-maxLines).join("\n").trim());
    }
    lines = [];
  }
  return failures;
}
