import type { Log } from "../../shared/log.ts";
import type { LeftOut } from "./ndbc/table.ts";

/** So many are shown; the rest is counted. */
const shown = 100;

/** Logs what of a file was not stored: broken lines by number, and values that no sea has. */
export function logLeftOut(log: Log, file: string, { rejectedLines, implausible }: LeftOut): void {
  if (rejectedLines.length > 0) {
    log.warn("left out broken lines", { file, count: rejectedLines.length, lines: rejectedLines.slice(0, shown) });
  }
  if (implausible.length > 0) {
    log.info("left out implausible values", { file, count: implausible.length, values: implausible.slice(0, shown) });
  }
}
