import { Hono } from "hono";
import { z } from "zod";
import { license, version } from "../../../package.json" with { type: "json" };
import { problemTitles } from "../http/problem.ts";
import type { RequestEnv } from "../http/request-env.ts";
import { problem } from "./answers.ts";
import type { Endpoint } from "./endpoint.ts";

type Json = Record<string, unknown>;

const componentUri = (id: string) => `#/components/schemas/${id}`;

/** What any address may answer beside what it is asked for. */
const commonRefusals = [429, 500, 503];

const aboutTheApi = `Observations of NOAA's National Data Buoy Center and its partners: the newest, their past, and a stream of what comes.

Times are RFC 3339 in UTC, units are in the names, directions are where wind and waves come from, and event ids are decimal strings. What was not measured is \`null\` or absent, never 0. Not for navigation.`;

/** Answers with the API's description, which is made once. */
export function openApiRoute(endpoints: readonly Endpoint[]): Hono<RequestEnv> {
  // Made for the first who asks: few servers are ever asked, and it takes 2 MB.
  let text: string | null = null;
  return new Hono<RequestEnv>().get("/", (c) => {
    text ??= JSON.stringify(describeApi(endpoints));
    return c.body(text, 200, {
      "Content-Type": "application/json",
      "Cache-Control": "no-cache",
      "Content-Length": String(Buffer.byteLength(text)),
    });
  });
}

/** The API as an OpenAPI 3.1 document, made from the very schemas that check requests. */
export function describeApi(endpoints: readonly Endpoint[]): Json {
  return {
    openapi: "3.1.1",
    info: { title: "bellbuoy", version, description: aboutTheApi, license: { name: license, identifier: license } },
    servers: [{ url: "/" }],
    security: [],
    paths: Object.fromEntries(endpoints.map((endpoint) => [templateOf(endpoint.path), { get: operation(endpoint) }])),
    components: { schemas: componentSchemas(), responses: problemResponses(endpoints) },
  };
}

/** `/v1/stations/:stationId` as OpenAPI writes it: `/v1/stations/{stationId}`. */
function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function operation(endpoint: Endpoint): Json {
  const { path, summary, description, answers, refusals } = endpoint;
  const content = Object.fromEntries(Object.entries(answers).map(([type, shape]) => [type, mediaType(shape)]));
  return {
    operationId: operationId(path),
    summary,
    ...(description === "" ? {} : { description }),
    parameters: [
      ...parametersOf(endpoint.pathParameters, "path"),
      ...parametersOf(endpoint.queryParameters, "query"),
      ...parametersOf(endpoint.headerParameters, "header"),
    ],
    responses: {
      200: { description: summary, content },
      // Where an answer's format is chosen, it has an ETag too.
      ...(refusals.includes(406) ? { 304: { description: "What `If-None-Match` names still holds" } } : {}),
      ...Object.fromEntries(
        [...refusals, ...commonRefusals].map((status) => [status, { $ref: `#/components/responses/${status}` }]),
      ),
    },
  };
}

/** `/v1/observations/by-station/:stationId` is `observationsByStationStationId`. */
function operationId(path: string): string {
  const [first = "", ...others] = path.replace("/v1", "").match(/[A-Za-z]+/g) ?? [];
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function parametersOf(parameters: z.ZodObject, where: "path" | "query" | "header"): Json[] {
  return Object.entries(parameters.shape).map(([name, schema]) => {
    const { description, examples: _, ...described } = jsonSchema(schema as z.ZodType, "input");
    const example = exampleOf(schema as z.ZodType);
    return {
      name,
      in: where,
      ...(where === "path" ? { required: true } : {}),
      description,
      // Lists have commas between their values.
      ...(described.type === "array" ? { style: "form", explode: false } : {}),
      schema: described,
      ...(example === undefined ? {} : { example }),
    };
  });
}

/** The first of a schema's `examples`; of an optional one, those of what it is when it is there. */
function exampleOf(schema: z.ZodType): unknown {
  const examples =
    schema.meta()?.examples ??
    (schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType).meta()?.examples : undefined);
  return Array.isArray(examples) ? examples[0] : undefined;
}

function mediaType(shape: Endpoint["answers"][string]): Json {
  if ("body" in shape) return { schema: reference(shape.body) };
  if ("line" in shape)
    return { schema: { type: "string", description: "A JSON value a line." }, "x-line": reference(shape.line) };
  if ("columns" in shape)
    return {
      schema: { type: "string", description: `Columns: ${shape.columns.join(", ")}.` },
      "x-columns": shape.columns,
    };
  const events = Object.fromEntries(Object.entries(shape.events).map(([name, data]) => [name, reference(data)]));
  const description = `Server-sent events, with JSON as \`data\`: ${Object.keys(events).join(", ")}.`;
  return { schema: { type: "string", description }, "x-events": events };
}

/** A schema by its name among the components; one without a name as it is. */
function reference(schema: z.ZodType): Json {
  const id = schema.meta()?.id;
  return id === undefined ? jsonSchema(schema, "output") : { $ref: componentUri(id) };
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: componentUri, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id, $schema, id: _, ...schema }]) => [id, schema]));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema, ...described } = z.toJSONSchema(schema, { io, override: simplify });
  return described;
}

/** The pattern of a time is long, and `format` says the same. */
function simplify({ jsonSchema }: { jsonSchema: { format?: string; pattern?: string } }): void {
  if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
}

function problemResponses(endpoints: readonly Endpoint[]): Json {
  const statuses = new Set([...endpoints.flatMap(({ refusals }) => refusals), ...commonRefusals]);
  const content = { "application/problem+json": { schema: reference(problem) } };
  return Object.fromEntries(
    [...statuses].sort().map((status) => [
      status,
      {
        description: problemTitles[status],
        ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
        content,
      },
    ]),
  );
}

const retryAfter = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } } };
