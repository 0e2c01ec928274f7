// `/openapi.json`: hono-openapi makes it from the routes, with the very schemas that check requests.

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

/** What an answer looks like. Schemas of lines and events have an `id`, by which they are components. */
export type AnswerShape =
  /** Of JSON and GeoJSON: the whole body. */
  | { body: z.ZodType }
  /** Of NDJSON: each of its lines. */
  | { line: z.ZodType }
  /** Of CSV: its header. */
  | { columns: readonly string[] }
  /** Of a stream: the data of its events, by their names. */
  | { events: Record<string, z.ZodType> };

/** What `/openapi.json` says of an address, beside the parameters that its schemas check. */
export type Description = {
  /** As Hono writes it: `/v1/stations/:stationId`. */
  path: string;
  summary: string;
  /** Markdown. */
  description?: string;
  /** By media type. */
  answers: Record<string, AnswerShape>;
  /** Statuses of problem documents, beside those that any address may answer. */
  refusals?: number[];
  /** Request headers that it heeds, beside those of HTTP itself. */
  headers?: NonNullable<DescribeRouteOptions["parameters"]>;
};

type Document = Awaited<ReturnType<typeof generateSpecs>>;
type Parameter = NonNullable<NonNullable<Document["paths"][string]["get"]>["parameters"]>[number];
type Json = Record<string, unknown>;

/** Statuses of problem documents that any address may answer. */
const commonRefusals = [429, 500, 503];
const allRefusals = [400, 404, 406, ...commonRefusals];

const aboutTheApi = `Observations of NOAA's National Data Buoy Center and its partners: the newest, their past, and a stream of what comes.

Times are RFC 3339 in UTC, units are in the names, directions are where wind and waves come from, and event ids are decimal strings. What was not measured is \`null\` or absent, never 0. Not for navigation.`;

/** Describes the route that it is a middleware of. */
export function described(route: Description): MiddlewareHandler<RequestEnv> {
  const { path, summary, description = "", answers, refusals = [], headers = [] } = route;
  const content = Object.fromEntries(Object.entries(answers).map(([type, shape]) => [type, mediaType(shape)]));
  const responses: ResponsesWithResolver = { 200: { description: summary, content } };
  // Where an answer's format is chosen, it has an ETag too.
  if (refusals.includes(406)) responses[304] = { description: "What `If-None-Match` names still holds" };
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
  summary: "This description",
  answers: { "application/json": { body: z.looseObject({ openapi: z.string() }) } },
});

/** Answers with the description of an app, which is made for the first client that asks: it takes 2 MB. */
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
      servers: [{ url: "/" }],
      security: [],
      components: { responses: problemResponses() },
    },
    // `/openapi.json` itself would count as one.
    excludeStaticFile: false,
    defaultValidationErrorResponse: false,
  });
  for (const { get } of Object.values(document.paths)) get?.parameters?.forEach(completeParameter);
  return { ...document, components: { ...document.components, schemas: componentSchemas() } };
}

/**
 * Adds what the library leaves out: a list has commas between its values, and the example belongs to the parameter. It is
 * called `example` in the schemas, since zod drops `examples` of what is transformed.
 */
function completeParameter(parameter: Parameter): void {
  if (!("schema" in parameter) || parameter.schema === undefined || "$ref" in parameter.schema) return;
  const { example, ...schema } = parameter.schema as Json;
  const list = schema.type === "array" ? { style: "form", explode: false } : {};
  Object.assign(parameter, list, { schema }, example === undefined ? {} : { example });
}

/** `/v1/observations/by-station/:stationId` is `observationsByStationStationId`. */
function operationId(path: string): string {
  const [first = "", ...others] = path.replace("/v1", "").match(/[A-Za-z]+/g) ?? [];
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function mediaType(shape: AnswerShape) {
  if ("body" in shape)
    return { schema: shape.body.meta()?.id === undefined ? resolver(shape.body) : reference(shape.body) };
  if ("line" in shape) return { ...textOf("A JSON value a line."), "x-line": reference(shape.line) };
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

/** The name of a schema with an `id` among the components. */
function reference(schema: z.ZodType) {
  return { $ref: componentUri(schema.meta()?.id ?? "") };
}

function componentUri(id: string): string {
  return `#/components/schemas/${id}`;
}

/** All schemas with an `id`: the library would inline them, and does not see those of lines and events. */
function componentSchemas() {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: componentUri, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id, $schema, id: _, ...schema }]) => [id, schema]));
}

/** Drops the pattern of a time from its JSON schema: it is long, and `format` says the same. */
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
