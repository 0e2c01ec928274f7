// Builds `/openapi.json` from the routes, with the schemas that also check requests.

import type { Handler, Hono, MiddlewareHandler } from "hono";
import {
  type DescribeRouteOptions,
  describeRoute,
  generateSpecs,
  type ResponsesWithResolver,
  resolver,
} from "hono-openapi";
import { z } from "zod";
import { license, version } from "../../../package.json" with { type: "json" };
import { problemTitles } from "../http/problem.ts";
import type { RequestEnv } from "../http/request-env.ts";
import { problem } from "./answers.ts";

/** Schema of an answer. Schemas of lines and events have an `id` and are OpenAPI components. */
export type AnswerShape =
  /** JSON and GeoJSON: schema of the whole body. */
  | { body: z.ZodType }
  /** NDJSON: schema of each line. */
  | { line: z.ZodType }
  /** CSV: column names. */
  | { columns: readonly string[] }
  /** Event stream: schema of the data of each event, by event name. */
  | { events: Record<string, z.ZodType> };

/** Description of an endpoint for `/openapi.json`; its parameters come from the schemas that check them. */
type Description = {
  /** A Hono path: `/v1/stations/:stationId`. */
  path: string;
  summary: string;
  /** Markdown. */
  description?: string;
  /** Answers by media type. */
  answers: Record<string, AnswerShape>;
  /** Error statuses of this endpoint, in addition to the common ones. */
  refusals?: number[];
  /** Request headers that the endpoint reads, in addition to standard HTTP ones. */
  headers?: NonNullable<DescribeRouteOptions["parameters"]>;
};

type Document = Awaited<ReturnType<typeof generateSpecs>>;
type Parameter = NonNullable<NonNullable<Document["paths"][string]["get"]>["parameters"]>[number];
type Json = Record<string, unknown>;

const linkHeader = {
  Link: {
    description:
      '`rel="license"`: terms of NDBC. `rel="author"`: list of the owners of the stations. `rel="next"`: next page, if there is one.',
    schema: { type: "string" as const },
  },
};

/** Error statuses that any endpoint may answer. */
const commonRefusals = [429, 500, 503];
const allRefusals = [400, 404, 406, ...commonRefusals];

const aboutTheApi = `Observations of NOAA's National Data Buoy Center and its partners: newest values, history, and a live stream.

Times are RFC 3339 in UTC. Field names contain the units. Directions are where wind and waves come from. Event ids are decimal strings. A value that was not measured is \`null\` or absent, never 0. Please name NDBC and the owners of the stations as the sources. Not for navigation.`;

/** Creates a middleware that describes its route. */
export function described(route: Description): MiddlewareHandler<RequestEnv> {
  const { path, summary, description = "", answers, refusals = [], headers = [] } = route;
  const content = Object.fromEntries(Object.entries(answers).map(([type, shape]) => [type, mediaType(shape)]));
  const responses: ResponsesWithResolver = { 200: { description: summary, content } };
  // An endpoint with format negotiation also has an ETag, and names its sources.
  if (refusals.includes(406)) {
    responses[200] = { description: summary, headers: linkHeader, content };
    responses[304] = { description: "Not modified: the version in `If-None-Match` is current" };
  }
  for (const status of [...refusals, ...commonRefusals])
    responses[status] = { $ref: `#/components/responses/${status}` };
  return describeRoute({
    operationId: operationId(path),
    summary,
    ...(description === "" ? {} : { description }),
    parameters: headers,
    responses,
  });
}

/** Describes `/openapi.json` itself. */
export const describeOpenApi = described({
  path: "/openapi.json",
  summary: "This OpenAPI document",
  answers: { "application/json": { body: z.looseObject({ openapi: z.string() }) } },
});

/** Answers with the app's OpenAPI document. It is built on the first request, since it takes 2 MB of memory. */
export function openApiRoute(app: Hono<RequestEnv>): Handler<RequestEnv> {
  let text: Promise<string> | null = null;
  return async (c) => {
    text ??= describeApi(app).then((document) => JSON.stringify(document));
    const body = await text;
    return c.body(body, 200, {
      "Content-Type": "application/json",
      "Cache-Control": "no-cache",
      "Content-Length": String(Buffer.byteLength(body)),
    });
  };
}

async function describeApi(app: Hono<RequestEnv>): Promise<Json> {
  const document = await generateSpecs(app, {
    documentation: {
      openapi: "3.1.1",
      info: { title: "bellbuoy", version, description: aboutTheApi, license: { name: license, identifier: license } },
      // Relative to this document, which may be below the path of a proxy.
      servers: [{ url: "./" }],
      security: [],
      components: { responses: problemResponses() },
    },
    // Otherwise `/openapi.json` counts as a static file and is skipped.
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  for (const { get } of Object.values(document.paths)) get?.parameters?.forEach(completeParameter);
  return { ...document, components: { ...document.components, schemas: componentSchemas() } };
}

/**
 * Completes a parameter: lists are comma-separated, and the example moves from the schema to the parameter. The schemas
 * use `example`, since zod drops `examples` of transformed schemas.
 */
function completeParameter(parameter: Parameter): void {
  if (!("schema" in parameter) || parameter.schema === undefined || "$ref" in parameter.schema) return;
  const { example, ...schema } = parameter.schema;
  const list = schema.type === "array" ? { style: "form", explode: false } : {};
  Object.assign(parameter, list, { schema }, example === undefined ? {} : { example });
}

/** Returns the operation id: `/v1/observations/by-station/:stationId` becomes `observationsByStationStationId`. */
function operationId(path: string): string {
  const [first = "", ...others] = path.replace("/v1", "").match(/[A-Za-z]+/g) ?? [];
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function mediaType(shape: AnswerShape) {
  if ("body" in shape)
    return { schema: shape.body.meta()?.id === undefined ? resolver(shape.body) : reference(shape.body) };
  if ("line" in shape) return { ...textOf("One JSON value per line."), "x-line": reference(shape.line) };
  if ("columns" in shape) return { ...textOf(`Columns: ${shape.columns.join(", ")}.`), "x-columns": shape.columns };
  const events = Object.fromEntries(Object.entries(shape.events).map(([name, data]) => [name, reference(data)]));
  return {
    ...textOf(`Server-sent events, with JSON as \`data\`: ${Object.keys(events).join(", ")}.`),
    "x-events": events,
  };
}

function textOf(description: string) {
  return { schema: { type: "string" as const, description } };
}

/** Returns a `$ref` to a schema that has an `id`. */
function reference(schema: z.ZodType) {
  return { $ref: componentUri(schema.meta()?.id ?? "") };
}

function componentUri(id: string): string {
  return `#/components/schemas/${id}`;
}

/** Returns all schemas with an `id`. The library would inline them, and does not see those of lines and events. */
function componentSchemas() {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: componentUri, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id, $schema, id: _, ...schema }]) => [id, schema]));
}

/** Removes the long regex of a time from its JSON schema; `format` is enough. */
export function simplify({ jsonSchema }: { jsonSchema: { format?: string; pattern?: string } }): void {
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
}

function problemResponses(): ResponsesWithResolver {
  const content = { "application/problem+json": { schema: reference(problem) } };
  const retryAfter = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" as const } } };
  return Object.fromEntries(
    allRefusals.map((status) => [
      status,
      {
        description: problemTitles[status] ?? "",
        ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
        content,
      },
    ]),
  );
}
