// A log that keeps its lines, so that a test can check them.

import type { Log } from "../../shared/process/log.ts";

/** Holds one line of a {@link recordingLog}. */
export type RecordedLine = { level: keyof Log; message: string; facts: object };

/** Creates a log, and the list to which it adds its lines. */
export function recordingLog(): { log: Log; lines: RecordedLine[] } {
  const lines: RecordedLine[] = [];
  const writer =
    (level: keyof Log): Log[keyof Log] =>
    (message, facts = {}) => {
      lines.push({ level, message, facts: typeof facts === "function" ? facts() : facts });
    };
  const log = { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
  return { log, lines };
}
