import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { z } from "zod";
import type { Sql } from "../../../shared/database/sql.ts";
import { acceptedFormat, bareMediaType, type Format, mediaTypes } from "../http/negotiate.ts";
import { ProblemError } from "../http/problem.ts";
import type { RequestContext } from "../http/request-env.ts";
import type { RecentAnswers } from "../recent-answers.ts";
import type { Medians } from "./compute-medians.ts";
import type { RowStreams } from "./formats/row-stream.ts";
import { parsePath, parseQuery } from "./parameters.ts";

/** What answers are made from. */
export type AnswerParts = { sql: Sql; rowStreams: RowStreams; recentMedians: RecentAnswers<Medians[]> };

/** What an answer looks like, for `/openapi.json`. */
export type AnswerShape =
  /** Of JSON and GeoJSON: the whole body. */
  | { body: z.ZodType }
  /** Of NDJSON: each of its lines. */
  | { line: z.ZodType }
  /** Of CSV: its header. */
  | { columns: readonly string[] };

/** One address of the API: it checks a request, answers it, and tells `/openapi.json` of itself. */
export type Endpoint = {
  /** As Hono writes it: `/v1/stations/:stationId`. */
  path: string;
  summary: string;
  description: string;
  pathParameters: z.ZodObject;
  queryParameters: z.ZodObject;
  /** Request headers that it heeds, beside those of HTTP itself. */
  headerParameters: z.ZodObject;
  /** What it answers, by media type; of a stream of events, what it sends. */
  answers: Record<string, AnswerShape | { events: Record<string, z.ZodType> }>;
  /** Statuses of problem documents, beside those that any address may answer. */
  refusals: number[];
};

/** An {@link Endpoint} of the REST half. */
export type RestEndpoint = Endpoint & { serve(c: RequestContext, parts: AnswerParts): Promise<Response> };

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
  /** Seconds for which an answer may be shown again without asking; 0: it is asked each time whether it still holds. */
  maxAgeSeconds?: number;
  refusals?: number[];
  /** Finds out what is asked for. @throws {ProblemError} */
  read(parts: AnswerParts, parameters: z.output<Path> & z.output<Query>, format: Format): Promise<Answer> | Answer;
  /** The first is the one that is sent to who has no wish. */
  formats: Partial<Record<Format, Writing<NoInfer<Answer>>>>;
};

const none = z.strictObject({});

/** Names what an answer holds, and answers 304 to who has it. Weakly, since it may be compressed in one way or another. */
const tellIfNew = etag({
  weak: true,
  retainedHeaders: [...RETAINED_304_HEADERS, "access-control-allow-origin", "access-control-expose-headers"],
});

/** Makes an address of the REST half; `?format=` comes with it. */
export function endpoint<Path extends z.ZodObject, Query extends z.ZodObject, Answer>(
  spec: Spec<Path, Query, Answer>,
): RestEndpoint {
  const { path, summary, description = "", maxAgeSeconds = 0, refusals = [], read, formats } = spec;
  const pathParameters = spec.pathParameters ?? none;
  const offered = Object.keys(formats) as Format[];
  const queryParameters = z.strictObject({
    ...(spec.queryParameters ?? none).shape,
    ...(offered.length > 1 ? { format: formatParameter(offered) } : {}),
  });
  const hasParameters = Object.keys({ ...pathParameters.shape, ...queryParameters.shape }).length > 0;

  return {
    path,
    summary,
    description,
    pathParameters,
    queryParameters,
    headerParameters: none,
    answers: Object.fromEntries(
      offered.map((format) => [bareMediaType(format), formats[format]?.shape ?? { columns: [] }]),
    ),
    refusals: [...(hasParameters ? [400] : []), 406, ...refusals],

    async serve(c, parts) {
      const asked = parsePath(c, pathParameters);
      const { format: named, ...wanted } = parseQuery(c, queryParameters);
      const format = (named as Format | undefined) ?? acceptedFormat(c.req.header("Accept"), offered);
      const writing = format === null ? undefined : formats[format];
      if (format === null || writing === undefined) throw notAcceptable(offered);

      const answer = await read(parts, { ...asked, ...wanted } as z.output<Path> & z.output<Query>, format);
      c.header("Content-Type", mediaTypes[format]);
      // The second also where it is not compressed, or 304: a cache is to keep both apart.
      c.header("Vary", "Accept, Accept-Encoding");
      c.header("Cache-Control", maxAgeSeconds === 0 ? "no-cache" : `public, max-age=${maxAgeSeconds}`);
      const body = await writing.write(answer, c);
      if (typeof body === "string") {
        // Told here, so that what is small is not compressed.
        c.header("Content-Length", String(Buffer.byteLength(body)));
        await tellIfNew(c, async () => {
          c.res = c.body(body);
        });
        return c.res;
      }
      if (c.req.method === "HEAD") return c.body(null);
      return c.body(await parts.rowStreams.open(c, body));
    },
  };
}

function formatParameter(offered: Format[]) {
  return z
    .enum(offered, { error: ({ input }) => `"${input}" is not offered here, ${offered.join(", ")} are` })
    .optional()
    .meta({ description: "The format of the answer; it wins over `Accept`.", examples: [offered[0]] });
}

function notAcceptable(offered: Format[]): ProblemError {
  const types = offered.map(bareMediaType);
  return new ProblemError(406, `Accept allows none of what is offered here: ${types.join(", ")}`, { offered: types });
}

/** The refusal of an id that is well written and nobody's. */
export function unknownStation(stationId: string): ProblemError {
  return new ProblemError(404, `no station ${stationId} is known`, { stationId });
}
