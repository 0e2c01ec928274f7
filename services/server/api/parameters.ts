// API parameters: schemas, error messages, and descriptions for `/openapi.json`.

import type { Context } from "hono";
import { validator } from "hono-openapi";
import { z } from "zod";
import { anyCaseStationIdPattern, upperCaseStationId } from "../../../shared/measurements.ts";
import { defaultRows, maxRows, maxStations } from "../http/limits.ts";
import { badParameter } from "../http/problem.ts";
import { simplify } from "./openapi.ts";

const given = (issue: { input?: unknown }) => `"${issue.input}"`;

const notStationId = (issue: { input?: unknown }) =>
  `${given(issue)} is not a station id: 4 to 10 letters and digits, like 44009`;

const stationId = z
  .string()
  .regex(anyCaseStationIdPattern, { error: notStationId })
  .transform(upperCaseStationId)
  .meta({ description: "NDBC station id, upper or lower case." });

/** Parses a station id in upper or lower case; returns upper case. */
export const stationIdParameter = stationId.meta({ ...stationId.meta(), example: "44009" });

/** Parses `44009,46026` as a set of station ids. */
export const stationsParameter = z
  .preprocess(
    (text) =>
      String(text)
        .split(",")
        .map((id) => id.trim()),
    z.array(stationId).max(maxStations, {
      error: ({ input }) => `${Array.isArray(input) ? input.length : 0} ids, at most ${maxStations} are allowed`,
    }),
  )
  .transform((ids) => new Set(ids))
  .meta({
    description: `Only these stations: ids separated by commas, at most ${maxStations}.`,
    example: ["44009", "46026"],
  });

const notBbox = "must be west,south,east,north in degrees, like -130,30,-110,50";
const longitude = z.number({ error: notBbox }).min(-180, notBbox).max(180, notBbox);
const latitude = z.number({ error: notBbox }).min(-90, notBbox).max(90, notBbox);

/** Parses `west,south,east,north`, in degrees. */
export const bboxParameter = z
  .preprocess(
    (text) => String(text).split(",").map(toDegrees),
    z
      .tuple([longitude, latitude, longitude, latitude], { error: notBbox })
      .superRefine(([, south, , north], { addIssue }) => {
        if (south > north) addIssue(`south (${south}) is greater than north (${north})`);
      }),
  )
  .transform(([west, south, east, north]) => ({ west, south, east, north }))
  .meta({
    description:
      "Only stations within this box: west,south,east,north in degrees. If west is greater than east, the box spans the date line.",
    example: [-130, 30, -110, 50],
  });

function toDegrees(text: string): number | string {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : text;
}

const notTime = (issue: { input?: unknown }) => `${given(issue)} is not an RFC 3339 time, like 2026-05-09T09:45:00Z`;

const timeParameter = z.iso
  .datetime({ offset: true, error: notTime })
  // PostgreSQL and ISO 8601 write years without exactly four digits differently.
  .refine((text) => hasFourDigitYear(new Date(text)), { error: notTime })
  .transform((text) => new Date(text));

function hasFourDigitYear(time: Date): boolean {
  return time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999;
}

/** Parses the earliest observation time as a `Date`. */
export const sinceParameter = timeParameter.meta({
  description: "Only observations at this time or later (RFC 3339).",
  example: "2026-05-09T09:45:00Z",
});

/** Parses the latest observation time as a `Date`. */
export const untilParameter = timeParameter.meta({
  description: "Only observations at this time or earlier (RFC 3339).",
  example: "2026-05-09T10:45:00Z",
});

const notLimit = (issue: { input?: unknown }) => `${given(issue)} is not a whole number from 1 to ${maxRows}`;

/** Parses the max number of rows. */
export const limitParameter = z
  .preprocess(
    (text) => (/^\d{1,6}$/.test(String(text)) ? Number(text) : text),
    z.int({ error: notLimit }).min(1, { error: notLimit }).max(maxRows, { error: notLimit }),
  )
  .meta({ description: "Max number of rows.", example: 100 });

/** Parses like {@link limitParameter}, with 1000 as the default. */
export const limitOrDefaultParameter = limitParameter.prefault(defaultRows).meta({ ...limitParameter.meta() });

/**
 * Creates a parser of a time span like `90m` or `3h`, in minutes.
 * @param longestHours max span, in hours
 * @param usual default span
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

/** The last observation of a page; the next page begins after it. */
export type Cursor = { observedAt: Date; stationId: string };

/** Encodes a cursor as opaque text, so that its format may change. */
export function encodeCursor({ observedAt, stationId }: Cursor): string {
  return Buffer.from(`${observedAt.toISOString()} ${stationId}`).toString("base64url");
}

/** Parses the text of {@link encodeCursor}. */
export const cursorParameter = z
  .string()
  .transform((text, context): Cursor => {
    const [time = "", stationId = ""] = Buffer.from(text, "base64url").toString().split(" ");
    const cursor = { observedAt: new Date(time), stationId };
    const isOurs = hasFourDigitYear(cursor.observedAt) && encodeCursor(cursor) === text;
    if (isOurs && stationIdParameter.safeParse(stationId).success) return cursor;
    context.addIssue({ code: "custom", message: `"${text}" is not a cursor, use the nextCursor of the previous page` });
    return z.NEVER;
  })
  .meta({
    description: "Start of the next page: the `nextCursor` of the previous page. Keep all other parameters the same.",
    example: encodeCursor({ observedAt: new Date("2026-05-09T09:40:00Z"), stationId: "44009" }),
  });

/**
 * Creates middleware that checks path (`param`) or query (`query`) parameters; `c.req.valid` then returns the parsed
 * values. A strict schema refuses unknown parameters; a repeated one is refused too.
 * @throws {ProblemError} 400, with the parameter's name and the allowed values
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
      throw badParameter(name, `is given ${values.length} times, only once is allowed`);
    }
  }
}

function refusal({ message, path: [name] = [] }: Issue, c: Context, { shape }: z.ZodObject) {
  if (name !== undefined) return badParameter(String(name), message);
  // An issue without a path means that some parameter is unknown.
  const allowed = Object.keys(shape);
  const unknown = Object.keys(c.req.query()).find((name) => !allowed.includes(name));
  const what = allowed.length === 0 ? "there are none" : `use one of ${allowed.join(", ")}`;
  return badParameter(unknown ?? "", `is not a parameter here, ${what}`);
}
