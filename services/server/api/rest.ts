// The REST API: every endpoint except the event stream.

import { Hono } from "hono";
import type { RequestEnv } from "../http/request-env.ts";
import { batchesEndpoint } from "./batches.ts";
import { conditionsEndpoint } from "./conditions.ts";
import type { AnswerParts } from "./endpoint.ts";
import { latestEndpoint } from "./latest.ts";
import { mediansEndpoint } from "./medians/medians.ts";
import { observationsEndpoint } from "./observations.ts";
import { historyEndpoint } from "./observations-by-station.ts";
import { stationEndpoint, stationsEndpoint } from "./stations.ts";
import { statusEndpoint } from "./status/status.ts";

/** Lists every REST endpoint. */
export const restEndpoints = [
  latestEndpoint,
  historyEndpoint,
  observationsEndpoint,
  conditionsEndpoint,
  batchesEndpoint,
  mediansEndpoint,
  stationsEndpoint,
  stationEndpoint,
  statusEndpoint,
];

/** Creates the routes of all REST endpoints. */
export function restRoutes(parts: AnswerParts): Hono<RequestEnv> {
  const routes = new Hono<RequestEnv>();
  for (const endpoint of restEndpoints) endpoint.addTo(routes, parts);
  return routes;
}
