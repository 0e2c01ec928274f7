// Prometheus metrics of HTTP requests. docs/operations.md lists names, types and meanings.

import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import { secondsBuckets } from "../../../shared/service/metrics.ts";
import { Counter, Histogram, type Registry } from "../../../shared/service/prometheus.ts";
import type { RequestEnv } from "./request-env.ts";

/** Registers the request metrics. @returns middleware that counts each request and measures its duration */
export function createRequestCounts(registry: Registry): MiddlewareHandler<RequestEnv> {
  const registers = [registry];
  const requests = new Counter({
    name: "bellbuoy_http_requests_total",
    help: "Requests, by route and class of status.",
    labelNames: ["route", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "bellbuoy_http_request_duration_seconds",
    help: "Until an answer was ready to be sent, by route; of a stream until it was open.",
    labelNames: ["route"],
    buckets: secondsBuckets,
    registers,
  });
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    // The route pattern, not the URL: this keeps the number of label values small.
    const route = routePath(c);
    requests.inc({ route, status: `${Math.floor(c.res.status / 100)}xx` });
    seconds.observe({ route }, (performance.now() - startedAt) / 1000);
  };
}
