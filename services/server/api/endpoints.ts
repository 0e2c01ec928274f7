import { z } from "zod";
import { streamEndpoint } from "../stream/endpoint.ts";
import { health, ready } from "./answers.ts";
import type { AnswerShape, Endpoint } from "./endpoint.ts";
import { restEndpoints } from "./rest.ts";

const none = z.strictObject({});

/** Every address that `/openapi.json` describes. */
export const endpoints: Endpoint[] = [
  streamEndpoint,
  ...restEndpoints,
  serviceEndpoint("/health", "Whether the process is up", { body: health }),
  serviceEndpoint("/ready", "Whether Redis and PostgreSQL answer", { body: ready }),
  serviceEndpoint("/metrics", "How the server fares, for Prometheus", { body: z.string() }, "text/plain"),
  serviceEndpoint("/openapi.json", "This description", { body: z.looseObject({ openapi: z.string() }) }),
];

function serviceEndpoint(path: string, summary: string, shape: AnswerShape, type = "application/json"): Endpoint {
  return {
    path,
    summary,
    description: "",
    pathParameters: none,
    queryParameters: none,
    headerParameters: none,
    answers: { [type]: shape },
    refusals: [],
  };
}
