// Runs a service: reads its settings, starts it, and closes its resources when it stops.

import { type Clock, systemClock, waitAtMost } from "../clock.ts";
import { describeError, describeFailure } from "../connections/connection-health.ts";
import { createLog, type LogLevel } from "../process/log.ts";
import { type ServiceParts, StartError } from "../process/service-parts.ts";
import { ConfigError, type Environment } from "./config.ts";

/** Time limit for closing all resources, in ms. The process then exits anyway. */
const closeDeadlineMs = 4_500;

/**
 * Runs a service until SIGTERM or SIGINT: reads its configuration, starts it, and closes its resources in reverse order.
 * Exits with 0 after a stop, and with 1 and one line on stderr if it cannot start.
 * @param start opens and connects all parts; the service continues to run after it returns
 */
export async function runService<Config extends { logLevel: LogLevel }>(
  name: string,
  readConfig: (env: Environment) => Config,
  start: (parts: ServiceParts<Config>) => Promise<void>,
): Promise<void> {
  const closers: (() => unknown)[] = [];
  const stopping = new AbortController();

  try {
    const config = readConfig(process.env);
    const log = createLog(name, config.logLevel);
    const stop = async (signalName: string) => {
      if (stopping.signal.aborted) return;
      log.info("stopping", { signal: signalName });
      stopping.abort(new Error("the service is stopping"));
      await closeAll(closers);
      process.exit(0);
    };
    // No handler for SIGPIPE: the service keeps running if the reader of its log exits.
    for (const signalName of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signalName, () => void stop(signalName));
    surviveLostLines(name);
    // A bug in one part must not stop the others. The log has the stack.
    process.on("unhandledRejection", (reason) => {
      const stack = reason instanceof Error ? { stack: reason.stack } : {};
      log.error("an unhandled rejection", { ...describeFailure(reason), ...stack });
    });
    await start({ config, log, onClose: (closer) => closers.push(closer), signal: stopping.signal });
  } catch (error) {
    if (stopping.signal.aborted) return;
    const expected = error instanceof ConfigError || error instanceof StartError;
    process.stderr.write(`bellbuoy ${name}: ${expected ? error.message : `cannot start: ${describeError(error)}`}\n`);
    await closeAll(closers);
    process.exit(1);
  }
}

/**
 * Keeps the service running while its log cannot be written, as on a full disk. Bun would end the process. Lines are lost
 * until there is space again; stderr may go to another place, so it has the reason, once.
 */
function surviveLostLines(name: string): void {
  process.stderr.on("error", () => {});
  process.stdout.once("error", (error) => {
    process.stdout.on("error", () => {});
    process.stderr.write(`bellbuoy ${name}: the log cannot be written: ${describeError(error)}\n`);
  });
}

/** Calls the closers one after the other, the last one first. Resolves after 4.5 seconds at the latest. */
export function closeAll(closers: (() => unknown)[], clock: Clock = systemClock): Promise<void> {
  async function close(): Promise<void> {
    for (const closer of closers.toReversed()) {
      try {
        await closer();
      } catch {
        // If one fails, still close the others.
      }
    }
  }
  return waitAtMost(close(), closeDeadlineMs, clock);
}
