// Builds REST endpoints: checks parameters, picks the format, reads and writes the answer.

import type { Hono } from "hono";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { z } from "zod";
import { attributionLink } from "../http/attribution.ts";
import { pieceBytes } from "../http/limits.ts";
import { acceptedFormat, bareMediaType, type Format, isFormat, mediaTypes } from "../http/negotiate.ts";
import { ProblemError } from "../http/problem.ts";
import type { RequestContext, RequestEnv } from "../http/request-env.ts";
import type { SendPieces } from "../http/send-pieces.ts";
import type { Asker } from "../store/gate.ts";
import type { Questions } from "../store/questions.ts";
import type { SharedAnswers } from "../store/shared-answers.ts";
import type { Medians } from "./medians/compute-medians.ts";
import { type AnswerShape, described } from "./openapi.ts";
import { checked } from "./parameters.ts";

/** Dependencies of the REST endpoints. */
export type AnswerParts = {
  questions: Questions;
  sendPieces: SendPieces;
  medians: SharedAnswers<Medians[]>;
  /** Returns the client of a request. */
  askerOf: (c: RequestContext) => Asker;
};

/** Path and parameters of one API endpoint. */
type Endpoint = {
  /** A Hono path: `/v1/stations/:stationId`. */
  path: string;
  pathParameters: z.ZodObject;
  queryParameters: z.ZodObject;
};

/** An {@link Endpoint} of the REST API. */
type RestEndpoint = Endpoint & {
  /** Registers the endpoint in `routes`. */
  addTo(routes: Hono<RequestEnv>, parts: AnswerParts): void;
};

/** A complete answer. Large ones are UTF-8 bytes, because a string and its bytes take twice the memory. */
type AnswerBody = string | Uint8Array<ArrayBuffer>;

/** Schema and writer of an answer in one format. A generator sends its pieces one by one. */
type Writing<Answer> = {
  shape: AnswerShape;
  write(answer: Answer, c: RequestContext): AnswerBody | AsyncGenerator<string> | Promise<AnswerBody>;
};

type Spec<Path extends z.ZodObject, Query extends z.ZodObject, Answer> = {
  path: string;
  summary: string;
  description?: string;
  pathParameters?: Path;
  queryParameters?: Query;
  /** Cache lifetime in seconds; 0: caches must revalidate each time. */
  maxAgeSeconds?: number;
  refusals?: number[];
  /**
   * Reads the requested data.
   * @throws {ProblemError} when the request cannot be answered
   */
  read(
    parts: AnswerParts,
    parameters: z.output<Path> & z.output<Query>,
    wanted: { format: Format; asker: Asker },
  ): Promise<Answer> | Answer;
  /** The first format is the default. */
  formats: Partial<Record<Format, Writing<NoInfer<Answer>>>>;
};

const none = z.strictObject({});
const encoder = new TextEncoder();

/** Answers 304 if the client has the current version. ETags are weak, since bodies have two encodings. */
const answerIfNew = etag({
  weak: true,
  retainedHeaders: [...RETAINED_304_HEADERS, "access-control-allow-origin", "access-control-expose-headers", "link"],
});

/** Creates a REST endpoint and adds its `?format=` parameter. */
export function endpoint<Path extends z.ZodObject, Query extends z.ZodObject, Answer>(
  spec: Spec<Path, Query, Answer>,
): RestEndpoint {
  const { path, summary, description, maxAgeSeconds = 0, refusals = [], read, formats } = spec;
  const pathParameters = spec.pathParameters ?? none;
  const offered = Object.keys(formats).filter(isFormat);
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
        const format = isFormat(named) ? named : acceptedFormat(c.req.header("Accept"), offered);
        const writing = format === null ? undefined : formats[format];
        if (format === null || writing === undefined) throw notAcceptable(offered);

        // Both were checked; TypeScript cannot follow a schema that is a type parameter.
        const parameters = { ...c.req.valid("param"), ...wanted } as z.output<Path> & z.output<Query>;
        const asker = parts.askerOf(c);
        const answer = await read(parts, parameters, { format, asker });
        c.header("Content-Type", mediaTypes[format]);
        // Also on uncompressed answers and 304, so that caches keep the variants apart.
        c.header("Vary", "Accept, Accept-Encoding");
        c.header("Cache-Control", maxAgeSeconds === 0 ? "no-cache" : `public, max-age=${maxAgeSeconds}`);
        const body = await writing.write(answer, c);
        c.header("Link", attributionLink, { append: true });
        return send(c, body, parts.sendPieces);
      });
    },
  };
}

async function send(
  c: RequestContext,
  body: AnswerBody | AsyncGenerator<string>,
  sendPieces: SendPieces,
): Promise<Response> {
  if (typeof body === "string") return sendBytes(c, encoder.encode(body), sendPieces);
  if (body instanceof Uint8Array) return sendBytes(c, body, sendPieces);
  if (c.req.method === "HEAD") return c.body(null);
  return c.body(await sendPieces.rows(c, body));
}

async function sendBytes(c: RequestContext, bytes: Uint8Array<ArrayBuffer>, sendPieces: SendPieces): Promise<Response> {
  // The middleware's own digest copies the body twice.
  c.header("ETag", `W/"${Bun.hash(bytes).toString(36)}"`);
  const isHead = c.req.method === "HEAD";
  const isLarge = bytes.byteLength >= pieceBytes;
  // Lets the compression skip small bodies.
  if (isHead || !isLarge) c.header("Content-Length", String(bytes.byteLength));
  const response = isHead ? c.body(null) : c.body(isLarge ? await sendPieces.bytes(c, bytes) : bytes);
  await answerIfNew(c, async () => {
    c.res = response;
  });
  return c.res;
}

function formatParameter(offered: Format[]) {
  return z
    .enum(offered, { error: ({ input }) => `"${input}" is not available here, use one of ${offered.join(", ")}` })
    .optional()
    .meta({ description: "Format of the answer; overrides `Accept`.", example: offered[0] });
}

function notAcceptable(offered: Format[]): ProblemError {
  const offeredTypes = offered.map(bareMediaType);
  return new ProblemError(
    "not_acceptable",
    `Accept allows none of the formats available here: ${offeredTypes.join(", ")}`,
    {
      offered: offeredTypes,
    },
  );
}

/** Creates the 404 error for a valid station id that is not stored. */
export function unknownStation(stationId: string): ProblemError {
  return new ProblemError("unknown_station", `station ${stationId} is unknown`, { stationId });
}
