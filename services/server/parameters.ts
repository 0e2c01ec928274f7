import { z } from "zod";
import { badParameter } from "./problem.ts";

const time = z.iso.datetime({ offset: true });

/** An RFC 3339 time. @throws {ProblemError} 400, naming the parameter */
export function parseTime(parameter: string, text: string): Date {
  if (!time.safeParse(text).success) {
    throw badParameter(parameter, `"${text}" is not an RFC 3339 time, like 2026-05-09T09:45:00Z`);
  }
  return new Date(text);
}
