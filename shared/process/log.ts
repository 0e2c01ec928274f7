// Writes the log of a service to stdout.

/** All log levels, in order of severity. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** The severity of a log line. */
export type LogLevel = (typeof logLevels)[number];

/** Named fields of a log line. */
export type LogFields = Record<string, unknown>;

/**
 * Writes one log line with a message and fields. For expensive fields, pass a function: it runs only if the line is
 * written.
 */
export type Log = Record<LogLevel, (message: string, fields?: LogFields | (() => LogFields)) => void>;

const colours: Record<LogLevel, string> = { debug: "\x1b[2m", info: "\x1b[36m", warn: "\x1b[33m", error: "\x1b[31m" };

/**
 * Creates the log of one service: one JSON object per line, or coloured text if stdout is a terminal.
 * @param level the min level that is written
 */
export function createLog(service: string, level: LogLevel): Log {
  const format = process.stdout.isTTY ? prettyLine : jsonLine;
  const writer =
    (of: LogLevel) =>
    (message: string, fields: LogFields | (() => LogFields) = {}) => {
      if (logLevels.indexOf(of) < logLevels.indexOf(level)) return;
      process.stdout.write(format(service, of, message, typeof fields === "function" ? fields() : fields));
    };
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}

function jsonLine(service: string, level: LogLevel, message: string, fields: LogFields): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level, service, message, ...fields })}\n`;
}

function prettyLine(service: string, level: LogLevel, message: string, fields: LogFields): string {
  const time = new Date().toISOString().slice(11, 19);
  const details = Object.entries(fields).map(([name, value]) => {
    return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  return `${time} ${colours[level]}${service.padEnd(6)}\x1b[0m ${message}${details.length ? ` \x1b[2m${details.join(" ")}\x1b[0m` : ""}\n`;
}
