import { Hono } from "hono";
import type { RequestEnv } from "../http/request-env.ts";
import { conditionsEndpoint } from "./conditions.ts";
import type { AnswerParts } from "./endpoint.ts";
import { mediansEndpoint } from "./medians.ts";
import { historyEndpoint, latestEndpoint, observationsEndpoint } from "./observations.ts";
import { stationEndpoint, stationsEndpoint } from "./stations.ts";
import { statusEndpoint } from "./status.ts";

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
