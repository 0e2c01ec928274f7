import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A refused request, told to the client as a problem document. */
export class ProblemError extends HTTPException {
  override name = "ProblemError";
  constructor(
    status: ContentfulStatusCode,
    /** What is wrong with this very request, for a person. */
    readonly detail: string,
    /** Further members of the document, such as the parameter's name. */
    readonly members: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(status, { message: detail });
  }
}

/** A request with a parameter that is not allowed: 400, naming the parameter. */
export function badParameter(parameter: string, detail: string): ProblemError {
  return new ProblemError(400, `${parameter}: ${detail}`, { parameter });
}

/** A request that may be made again in a while. */
export function tryAgain(status: 429 | 503, detail: string, seconds: number): ProblemError {
  return new ProblemError(status, detail, {}, { "Retry-After": String(seconds) });
}

/** What each refusal is called. */
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
export function problemResponse(c: Context, { status, detail, members, headers }: ProblemError): Response {
  const document = { type: "about:blank", title: problemTitles[status] ?? "Error", status, detail, ...members };
  return c.body(JSON.stringify(document), status, {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    ...headers,
  });
}
