import { z } from "zod";
import { badParameter } from "./problem.ts";

/** PostgreSQL and ISO 8601 write years of other than four digits differently. */
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999);

const minutesOf = { m: 1, h: 60 };

/**
 * A span of time like `90m` or `3h`. @returns minutes
 * @throws {ProblemError} 400, naming the parameter and what is allowed
 */
export function parseMinutes(parameter: string, text: string, longestHours: number): number {
  const [, count, unit] = /^(\d{1,4})([mh])$/.exec(text) ?? [];
  const minutes = Number(count) * minutesOf[unit === "h" ? "h" : "m"];
  if (minutes >= 1 && minutes <= longestHours * minutesOf.h) return minutes;
  throw badParameter(parameter, `"${text}" is not a span from 1m to ${longestHours}h, like 90m or 3h`);
}

/** An RFC 3339 time. @throws {ProblemError} 400, naming the parameter */
export function parseTime(parameter: string, text: string): Date {
  const parsed = time.safeParse(text);
  if (!parsed.success) {
    throw badParameter(parameter, `"${text}" is not an RFC 3339 time, like 2026-05-09T09:45:00Z`);
  }
  return parsed.data;
}
