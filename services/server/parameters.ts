import { z } from "zod";
import { badParameter } from "./problem.ts";

/** PostgreSQL and ISO 8601 write years of other than four digits differently. */
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999);

/** An RFC 3339 time. @throws {ProblemError} 400, naming the parameter */
export function parseTime(parameter: string, text: string): Date {
  const parsed = time.safeParse(text);
  if (!parsed.success) {
    throw badParameter(parameter, `"${text}" is not an RFC 3339 time, like 2026-05-09T09:45:00Z`);
  }
  return parsed.data;
}
