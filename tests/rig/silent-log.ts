// A log that writes nothing.
import type { Log } from "../../shared/process/log.ts";

/** Drops all lines, so that code in the test's own process does not write into the test report. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
