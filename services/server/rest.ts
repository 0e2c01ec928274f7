import { Hono } from "hono";
import type { RequestEnv } from "./request-env.ts";
import { conditionsEndpoint } from "./rest/conditions.ts";
import type { AnswerParts } from "./rest/endpoint.ts";
import { mediansEndpoint } from "./rest/medians.ts";
import { historyEndpoint, latestEndpoint, observationsEndpoint } from "./rest/observations.ts";
import { stationEndpoint, stationsEndpoint } from "./rest/stations.ts";
import { statusEndpoint } from "./rest/status.ts";

/** Every address of the REST half of the API. */
export const restEndpoints = [
  latestEndpoint,
  historyEndpoint,
  observationsEndpoint,
  conditionsEndpoint,
  mediansEndpoint,
  stationsEndpoint,
  stationEndpoint,
  statusEndpoint,
];

/** The REST half of the API: what a listener missed, how the network stands, and who the stations are. */
export function restRoutes(parts: AnswerParts): Hono<RequestEnv> {
  const routes = new Hono<RequestEnv>();
  for (const { path, serve } of restEndpoints) routes.get(path, (c) => serve(c, parts));
  return routes;
}
