// The REST half of the API: every address but the stream.

import { Hono } from "hono";
import type { RequestEnv } from "../http/request-env.ts";
import { conditionsEndpoint } from "./conditions.ts";
import type { AnswerParts } from "./endpoint.ts";
import { historyEndpoint } from "./history.ts";
import { latestEndpoint } from "./latest.ts";
import { mediansEndpoint } from "./medians.ts";
import { observationsEndpoint } from "./observations.ts";
import { stationEndpoint, stationsEndpoint } from "./stations.ts";
import { statusEndpoint } from "./status.ts";

/** Every address of the REST half. */
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

/** Makes the routes of the REST half: the newest, the past, and the stations. */
export function restRoutes(parts: AnswerParts): Hono<RequestEnv> {
  const routes = new Hono<RequestEnv>();
  for (const endpoint of restEndpoints) endpoint.addTo(routes, parts);
  return routes;
}
