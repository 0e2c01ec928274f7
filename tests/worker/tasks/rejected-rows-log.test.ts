// Log lines about skipped rows, cells and columns.

import { expect, test } from "bun:test";
import { nothingRejected } from "../../../services/worker/ndbc/table/rejected-rows.ts";
import { createRejectedRowsLog } from "../../../services/worker/tasks/rejected-rows-log.ts";
import { recordingLog } from "../../rig/recording-log.ts";

const lacking = (...columns: string[]) => ({
  ...nothingRejected,
  missingColumns: columns.map((column) => ({ column, reason: "the header lacks it" })),
});

test("a missing column is named in one warning for each kind of files, until it is back", () => {
  const { log, lines } = recordingLog();
  const logRejectedRows = createRejectedRowsLog(log);
  for (let poll = 0; poll < 3; poll++) logRejectedRows("latest_obs", "/latest_obs.txt", lacking("TIDE"));
  logRejectedRows("hourly2", "/hour_01.txt", lacking("TIDE"));
  logRejectedRows("hourly2", "/hour_02.txt", lacking("TIDE"));
  logRejectedRows("latest_obs", "/latest_obs.txt", lacking("TIDE", "VIS"));
  logRejectedRows("latest_obs", "/latest_obs.txt", lacking());
  logRejectedRows("latest_obs", "/latest_obs.txt", lacking("TIDE"));
  const missing = "a column cannot be read: its values are null until it is back";
  expect(lines).toMatchObject([
    { level: "warn", message: missing, facts: { kind: "latest_obs", column: "TIDE", reason: "the header lacks it" } },
    { level: "warn", message: missing, facts: { kind: "hourly2", file: "/hour_01.txt", column: "TIDE" } },
    { level: "warn", message: missing, facts: { kind: "latest_obs", column: "VIS" } },
    { level: "info", message: "columns are back", facts: { kind: "latest_obs", columns: ["TIDE", "VIS"] } },
    { level: "warn", message: missing, facts: { kind: "latest_obs", column: "TIDE" } },
  ]);
});

test("the first 100 broken lines, unreadable cells and implausible values are listed, the rest is counted", () => {
  const { log, lines } = recordingLog();
  const many = <T>(make: (line: number) => T) => Array.from({ length: 150 }, (_, line) => make(line));
  createRejectedRowsLog(log)("latest_obs", "/latest_obs.txt", {
    rejectedLines: many((line) => ({ line, code: "time" as const, reason: "is no time" })),
    unreadable: many((line) => ({ line, column: "ATMP", text: "****" })),
    implausible: many((line) => ({ line, column: "ATMP", value: 999 })),
    missingColumns: [],
  });
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ["warn", "skipped broken lines"],
    ["info", "skipped unreadable cells"],
    ["info", "skipped implausible values"],
  ]);
  for (const { facts } of lines) expect(facts).toMatchObject({ file: "/latest_obs.txt", count: 150 });
  for (const { facts } of lines) expect("first" in facts && facts.first).toHaveLength(100);
});
