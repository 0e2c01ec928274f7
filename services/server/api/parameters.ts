// Each parameter of the API: the schema that checks its text, the words for what is wrong, and its description in
// `/openapi.json`.

import type { Context } from "hono";
import { validator } from "hono-openapi";
import { z } from "zod";
import { upperCaseStationId } from "../../../shared/measurements.ts";
import { defaultRows, maxRows, maxStations } from "../http/limits.ts";
import { badParameter } from "../http/problem.ts";
import { simplify } from "./openapi.ts";

const given = (issue: { input?: unknown }) => `"${issue.input}"`;

const notStationId = (issue: { input?: unknown }) =>
  `${given(issue)} is not a station id: 4 to 10 letters and digits, like 44009`;

const stationId = z
  .string()
  .regex(/^[A-Za-z0-9]{4,10}$/, { error: notStationId })
  .transform(upperCaseStationId)
  .meta({ description: "NDBC's id of a station, in either case." });

/** A station's id in either case; upper case afterwards. */
export const stationIdParameter = stationId.meta({ ...stationId.meta(), example: "44009" });

/** `44009,46026` as a set. */
export const stationsParameter = z
  .preprocess(
    (text) =>
      String(text)
        .split(",")
        .map((id) => id.trim()),
    z.array(stationId).max(maxStations, {
      error: ({ input }) => `${(input as string[]).length} ids, at most ${maxStations} are allowed`,
    }),
  )
  .transform((ids) => new Set(ids))
  .meta({
    description: `Of these stations alone: their ids with commas between them, at most ${maxStations}.`,
    example: ["44009", "46026"],
  });

const notBbox = "must be west,south,east,north in degrees, like -130,30,-110,50";
const longitude = z.number({ error: notBbox }).min(-180, notBbox).max(180, notBbox);
const latitude = z.number({ error: notBbox }).min(-90, notBbox).max(90, notBbox);

/** `west,south,east,north` as their degrees. */
export const bboxParameter = z
  .preprocess(
    (text) => String(text).split(",").map(toDegrees),
    z
      .tuple([longitude, latitude, longitude, latitude], { error: notBbox })
      .refine(([, south, , north]) => south <= north, {
        error: ({ input }) => {
          const [, south, , north] = input as number[];
          return `south (${south}) lies north of north (${north})`;
        },
      }),
  )
  .transform(([west, south, east, north]) => ({ west, south, east, north }))
  .meta({
    description:
      "Of the stations within this box alone: west,south,east,north in degrees. West may be larger than east: then it spans the date line.",
    example: [-130, 30, -110, 50],
  });

function toDegrees(text: string): number | string {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : text;
}

const notTime = (issue: { input?: unknown }) => `${given(issue)} is not an RFC 3339 time, like 2026-05-09T09:45:00Z`;

const timeParameter = z.iso
  .datetime({ offset: true, error: notTime })
  // PostgreSQL and ISO 8601 write years of other than four digits differently.
  .refine((text) => hasFourDigitYear(new Date(text)), { error: notTime })
  .transform((text) => new Date(text));

function hasFourDigitYear(time: Date): boolean {
  return time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999;
}

/** The earliest time, as a `Date`. */
export const sinceParameter = timeParameter.meta({
  description: "Observed at this time or later: an RFC 3339 time.",
  example: "2026-05-09T09:45:00Z",
});

/** The latest time, as a `Date`. */
export const untilParameter = timeParameter.meta({
  description: "Observed at this time or earlier: an RFC 3339 time.",
  example: "2026-05-09T10:45:00Z",
});

const notLimit = (issue: { input?: unknown }) => `${given(issue)} is not a whole number from 1 to ${maxRows}`;

/** How many rows at most. */
export const limitParameter = z
  .preprocess(
    (text) => (/^\d{1,6}$/.test(String(text)) ? Number(text) : text),
    z.int({ error: notLimit }).min(1, { error: notLimit }).max(maxRows, { error: notLimit }),
  )
  .meta({ description: "How many rows at most.", example: 100 });

/** {@link limitParameter}, which is 1000 where none is named. */
export const limitOrDefaultParameter = limitParameter.prefault(defaultRows).meta({ ...limitParameter.meta() });

/**
 * A span of time like `90m` or `3h`, as minutes.
 * @param longestHours the longest that is allowed
 * @param usual the span when none is named
 */
export function spanParameter(longestHours: number, usual: string, description: string) {
  const notSpan = (issue: { input?: unknown }) =>
    `${given(issue)} is not a span from 1m to ${longestHours}h, like 90m or 3h`;
  return z
    .string()
    .regex(/^\d{1,4}[mh]$/, { error: notSpan, abort: true })
    .refine((text) => toMinutes(text) >= 1 && toMinutes(text) <= longestHours * 60, { error: notSpan })
    .transform(toMinutes)
    .prefault(usual)
    .meta({ description: `${description} From 1m to ${longestHours}h.`, example: usual });
}

function toMinutes(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith("h") ? 60 : 1);
}

/** The last observation that was told: the next page begins after it. */
export type Cursor = { observedAt: Date; stationId: string };

/** A place between two observations, as it travels: opaque to clients, so that it may change. */
export function encodeCursor({ observedAt, stationId }: Cursor): string {
  return Buffer.from(`${observedAt.toISOString()} ${stationId}`).toString("base64url");
}

/** What {@link encodeCursor} made. */
export const cursorParameter = z
  .string()
  .transform((text, context): Cursor => {
    const [time = "", stationId = ""] = Buffer.from(text, "base64url").toString().split(" ");
    const cursor = { observedAt: new Date(time), stationId };
    const isOurs = hasFourDigitYear(cursor.observedAt) && encodeCursor(cursor) === text;
    if (isOurs && stationIdParameter.safeParse(stationId).success) return cursor;
    context.addIssue({ code: "custom", message: `"${text}" is not a cursor: the nextCursor of an earlier answer is` });
    return z.NEVER;
  })
  .meta({
    description: "Where to go on: the `nextCursor` of the page before, with all other parameters as they were.",
    example: encodeCursor({ observedAt: new Date("2026-05-09T09:40:00Z"), stationId: "44009" }),
  });

/**
 * Checks the parameters in the path (`param`) or behind the `?` (`query`); `c.req.valid` then has what the schema makes of
 * them. A strict schema allows no others; none may be given twice.
 * @throws {ProblemError} 400, naming the parameter and what is allowed
 */
export function checked<Target extends "param" | "query", Schema extends z.ZodObject>(target: Target, schema: Schema) {
  const check = (result: { success: boolean; error?: readonly Issue[] }, c: Context) => {
    if (target === "query") refuseRepeated(c, schema);
    const [issue] = result.error ?? [];
    if (issue !== undefined) throw refusal(issue, c, schema);
  };
  return validator(target, schema, check, { options: { io: "input", override: simplify } });
}

type Issue = { readonly message: string; readonly path?: readonly unknown[] | undefined };

function refuseRepeated(c: Context, schema: z.ZodObject): void {
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1 && Object.hasOwn(schema.shape, name)) {
      throw badParameter(name, `is given ${values.length} times, once is allowed`);
    }
  }
}

function refusal({ message, path: [name] = [] }: Issue, c: Context, { shape }: z.ZodObject) {
  if (name !== undefined) return badParameter(String(name), message);
  // Without a path it is about all of them: one of them is unknown.
  const allowed = Object.keys(shape);
  const unknown = Object.keys(c.req.query()).find((name) => !allowed.includes(name));
  const what = allowed.length === 0 ? "none is allowed" : `allowed are ${allowed.join(", ")}`;
  return badParameter(unknown ?? "", `is no parameter here, ${what}`);
}
