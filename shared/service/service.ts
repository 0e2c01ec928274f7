// Runs a service: reads its settings, starts it, and closes what it opened when it is to stop.

import { type Clock, systemClock, waitAtMost } from "../clock.ts";
import { CodedError } from "../errors.ts";
import { ConfigError, type Environment } from "./config.ts";
import { describeError, describeFailure } from "./connection-health.ts";
import { createLog, type Log, type LogLevel } from "./log.ts";

/** Something that a person must mend before the service can start. Its message is one line that says what to do. */
export class StartError extends CodedError {
  override name = "StartError";
  constructor(message: string, { code = "cannot_start", ...options }: ErrorOptions & { code?: string } = {}) {
    super(code, message, options);
  }
}

/** What a service is given to start with. */
export type ServiceParts<Config> = {
  config: Config;
  log: Log;
  /** Remembers how to close something that was just opened; closed are the last ones first. */
  onClose(close: () => unknown): void;
  /** Aborted when the service is told to stop. */
  signal: AbortSignal;
};

/** All must be closed by then; what is not is left behind. */
const closeDeadlineMs = 4_500;

/**
 * Runs a service until SIGTERM or SIGINT: reads its configuration, starts it, and closes what it opened in reverse order.
 * Exits 0 after a stop, and 1 with one line on stderr when it could not start.
 * @param start opens and wires everything; the service goes on after it returned
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
    // SIGPIPE is left alone: a reader of our log that goes away is no reason to stop.
    for (const signalName of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signalName, () => void stop(signalName));
    // A fault of ours in one corner: the rest goes on, and the log says where to look.
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

/** Calls the closers one after the other, the last one first. Resolves after 4.5 seconds at the latest. */
export function closeAll(closers: (() => unknown)[], clock: Clock = systemClock): Promise<void> {
  async function close(): Promise<void> {
    for (const closer of closers.toReversed()) {
      try {
        await closer();
      } catch {
        // One that fails must not keep the others open.
      }
    }
  }
  return waitAtMost(close(), closeDeadlineMs, clock);
}
