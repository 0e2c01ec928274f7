// Endpoints /health, /ready and /metrics, for operators.

import { Hono } from "hono";
import { z } from "zod";
import type { Problem } from "../../../shared/connections/connection-health.ts";
import { readiness } from "../../../shared/service/readiness.ts";
import { ProblemError, problemResponse } from "../http/problem.ts";
import type { RequestEnv } from "../http/request-env.ts";
import type { Broadcast } from "../stream/broadcast.ts";
import type { Feed } from "../stream/feed/feed.ts";
import { health, ready } from "./answers.ts";
import { described } from "./openapi.ts";

/** Dependencies of {@link healthRoutes}. */
type HealthParts = {
  /** Lists the reasons why this server should get no requests now; empty if it is ready. */
  problems: () => Promise<Problem[]>;
  /** Answers with all metrics in Prometheus text format. */
  scrape: () => Promise<Response>;
  feed: Pick<Feed, "dropped">;
  broadcast: Pick<Broadcast, "size">;
};

const describeHealth = described({
  path: "/health",
  summary: "Liveness: the process is up",
  answers: { "application/json": { body: health } },
});
const describeReady = described({
  path: "/ready",
  summary: "Readiness: Redis and PostgreSQL answer",
  answers: { "application/json": { body: ready } },
});
const describeMetrics = described({
  path: "/metrics",
  summary: "Metrics for Prometheus",
  answers: { "text/plain": { body: z.string() } },
});

/** Creates the routes of health, readiness and metrics. */
export function healthRoutes({ problems, scrape, feed, broadcast }: HealthParts): Hono<RequestEnv> {
  const routes = new Hono<RequestEnv>();
  routes.get("/health", describeHealth, (c) =>
    c.json({ status: "up", streams: broadcast.size, droppedMessages: feed.dropped }),
  );
  routes.get("/ready", describeReady, async (c) => {
    const { httpStatus, reasons, problems: found } = readiness(await problems());
    if (httpStatus === 200) return c.json({ status: "ready" });
    return problemResponse(c, new ProblemError("not_ready", reasons.join("; "), { reasons, problems: found }));
  });
  routes.get("/metrics", describeMetrics, () => scrape());
  return routes;
}
