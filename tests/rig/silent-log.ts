import type { Log } from "../../shared/service/log.ts";

/** For parts that are run in the test's own process and would talk into its report. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
