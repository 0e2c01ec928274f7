// How an address of the REST half checks a request, reads what is asked for, and writes it in the format that is wanted.

import type { Hono } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { z } from "zod";
import type { Sql } from "../../../shared/database/sql.ts";
import { acceptedFormat, bareMediaType, type Format, mediaTypes } from "../http/negotiate.ts";
import { ProblemError } from "../http/problem.ts";
import type { RequestContext, RequestEnv } from "../http/request-env.ts";
import type { KeyedQueue } from "../keyed-queue.ts";
import type { Medians } from "./compute-medians.ts";
import type { RowStreams } from "./formats/row-stream.ts";
import { type AnswerShape, described } from "./openapi.ts";
import { checked } from "./parameters.ts";

/** What answers are made from. */
export type AnswerParts = { sql: Sql; rowStreams: RowStreams; medians: KeyedQueue<Medians[]> };

/** One address of the API. */
export type Endpoint = {
  /** As Hono writes it: `/v1/stations/:stationId`. */
  path: string;
  pathParameters: z.ZodObject;
  queryParameters: z.ZodObject;
};

/** An {@link Endpoint} of the REST half. */
export type RestEndpoint = Endpoint & {
  /** Makes `routes` answer at the address. */
  addTo(routes: Hono<RequestEnv>, parts: AnswerParts): void;
};

/** An answer in one format: what it looks like, and how it is written. Pieces of text are sent one by one. */
type Writing<Answer> = {
  shape: AnswerShape;
  write(answer: Answer, c: RequestContext): string | AsyncGenerator<string> | Promise<string>;
};

type Spec<Path extends z.ZodObject, Query extends z.ZodObject, Answer> = {
  path: string;
  summary: string;
  description?: string;
  pathParameters?: Path;
  queryParameters?: Query;
  /** For how many seconds a cache may answer without asking; 0: it asks each time whether the answer still holds. */
  maxAgeSeconds?: number;
  refusals?: number[];
  /**
   * Finds what is asked for.
   * @param wanted `signal` is aborted when the client has left
   * @throws {ProblemError}
   */
  read(
    parts: AnswerParts,
    parameters: z.output<Path> & z.output<Query>,
    wanted: { format: Format; signal: AbortSignal },
  ): Promise<Answer> | Answer;
  /** The first is the default. */
  formats: Partial<Record<Format, Writing<NoInfer<Answer>>>>;
};

const none = z.strictObject({});

/** Names what an answer holds, and answers 304 to a client that has it. Weakly, since it may be compressed in two ways. */
const answerIfNew = etag({
  weak: true,
  retainedHeaders: [...RETAINED_304_HEADERS, "access-control-allow-origin", "access-control-expose-headers"],
});

/** Makes an address of the REST half; `?format=` comes with it. */
export function endpoint<Path extends z.ZodObject, Query extends z.ZodObject, Answer>(
  spec: Spec<Path, Query, Answer>,
): RestEndpoint {
  const { path, summary, description, maxAgeSeconds = 0, refusals = [], read, formats } = spec;
  const pathParameters = spec.pathParameters ?? none;
  const offered = Object.keys(formats) as Format[];
  const queryParameters = z.strictObject({
    ...(spec.queryParameters ?? none).shape,
    ...(offered.length > 1 ? { format: formatParameter(offered) } : {}),
  });
  const hasParameters = Object.keys({ ...pathParameters.shape, ...queryParameters.shape }).length > 0;
  const describe = described({
    path,
    summary,
    ...(description === undefined ? {} : { description }),
    answers: Object.fromEntries(
      offered.map((format) => [bareMediaType(format), formats[format]?.shape ?? { columns: [] }]),
    ),
    refusals: [...(hasParameters ? [400] : []), 406, ...refusals],
  });

  return {
    path,
    pathParameters,
    queryParameters,
    addTo(routes, parts) {
      const checks = [checked("param", pathParameters), checked("query", queryParameters)] as const;
      routes.get(path, ...checks, describe, async (c) => {
        const { format: named, ...wanted } = c.req.valid("query");
        const format = (named as Format | undefined) ?? acceptedFormat(c.req.header("Accept"), offered);
        const writing = format === null ? undefined : formats[format];
        if (format === null || writing === undefined) throw notAcceptable(offered);

        const parameters = { ...c.req.valid("param"), ...wanted } as z.output<Path> & z.output<Query>;
        const answer = await read(parts, parameters, { format, signal: c.req.raw.signal });
        c.header("Content-Type", mediaTypes[format]);
        // The second also where it is not compressed, or 304: a cache is to keep both apart.
        c.header("Vary", "Accept, Accept-Encoding");
        c.header("Cache-Control", maxAgeSeconds === 0 ? "no-cache" : `public, max-age=${maxAgeSeconds}`);
        return send(c, await writing.write(answer, c), parts.rowStreams);
      });
    },
  };
}

async function send(
  c: RequestContext,
  body: string | AsyncGenerator<string>,
  rowStreams: RowStreams,
): Promise<Response> {
  if (typeof body === "string") {
    // Set here, so that what is small is not compressed.
    c.header("Content-Length", String(Buffer.byteLength(body)));
    await answerIfNew(c, async () => {
      c.res = c.body(body);
    });
    return c.res;
  }
  if (c.req.method === "HEAD") return c.body(null);
  return c.body(await rowStreams.open(c, body));
}

function formatParameter(offered: Format[]) {
  return z
    .enum(offered, { error: ({ input }) => `"${input}" is not offered here, ${offered.join(", ")} are` })
    .optional()
    .meta({ description: "The format of the answer; it wins over `Accept`.", example: offered[0] });
}

function notAcceptable(offered: Format[]): ProblemError {
  const offeredTypes = offered.map(bareMediaType);
  return new ProblemError("not_acceptable", `Accept allows none of what is offered here: ${offeredTypes.join(", ")}`, {
    offered: offeredTypes,
  });
}

/** Makes the refusal of an id that is well written but not that of a station. */
export function unknownStation(stationId: string): ProblemError {
  return new ProblemError("unknown_station", `no station ${stationId} is known`, { stationId });
}
