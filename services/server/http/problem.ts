// Errors of the API as problem documents (RFC 9457).

import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CodedError } from "../../../shared/errors.ts";
import { namesOf } from "../../../shared/record-of.ts";
import { projectUrl } from "../../../shared/service/config.ts";

/** HTTP status of each problem code. Codes never change once released; docs/api.md has a heading for each. */
const statuses = {
  bad_parameter: 400,
  client_left: 400,
  not_found: 404,
  unknown_station: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  address_too_long: 414,
  too_many_requests: 429,
  too_many_streams: 429,
  too_many_row_streams: 429,
  internal_error: 500,
  no_streams_left: 503,
  no_row_streams_left: 503,
  too_much_unread: 503,
  queue_full: 503,
  queue_timeout: 503,
  postgresql_away: 503,
  schema_not_ready: 503,
  not_ready: 503,
} as const satisfies Record<string, ContentfulStatusCode>;

/** Machine-readable code of a problem. */
type ProblemCode = keyof typeof statuses;

/** Lists every {@link ProblemCode}. */
export const problemCodes = namesOf(statuses);

/** A refused request, reported to the client as a problem document. */
export class ProblemError extends CodedError {
  override name = "ProblemError";
  readonly status: ContentfulStatusCode;
  constructor(
    code: ProblemCode,
    /** What is wrong with this request, in words for a person. */
    readonly detail: string,
    /** Extra members of the document, such as the parameter's name. */
    readonly members: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(code, detail);
    this.status = statuses[code];
  }
}

/** Creates a 400 error for an invalid parameter. The document names the parameter. */
export function badParameter(parameter: string, detail: string): ProblemError {
  return new ProblemError("bad_parameter", `${parameter}: ${detail}`, { parameter });
}

/** Creates an error with a `Retry-After` header, in seconds. */
export function tryAgain(code: ProblemCode, detail: string, seconds: number): ProblemError {
  return new ProblemError(code, detail, {}, { "Retry-After": String(seconds) });
}

/** Title of a problem, by HTTP status. */
export const problemTitles: Record<number, string> = {
  400: "Bad request",
  404: "Not found",
  405: "Method not allowed",
  406: "Not acceptable",
  414: "Address too long",
  429: "Too many requests",
  500: "Internal error",
  503: "Not available now",
};

/** Answers with an RFC 9457 problem document. */
export function problemResponse(c: Context, { code, status, detail, members, headers }: ProblemError): Response {
  const type = `${projectUrl}/blob/main/docs/api.md#${code}`;
  const document = { type, title: problemTitles[status] ?? "Error", status, code, detail, ...members };
  return c.body(JSON.stringify(document), status, {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    ...headers,
  });
}
