// The response of `/ready` in both services.

import type { Problem } from "../connections/connection-health.ts";

/** Whether a service works, and if not, why. */
type Readiness = {
  /** 200, or 503 while there is any problem, so that a load balancer sends requests elsewhere. */
  httpStatus: 200 | 503;
  status: "ready" | "not ready";
  /** The message of each problem. */
  reasons: string[];
  problems: Problem[];
};

/** Returns the readiness of a service that has these problems. */
export function readiness(problems: Problem[]): Readiness {
  const reasons = problems.map(({ message }) => message);
  return problems.length === 0
    ? { httpStatus: 200, status: "ready", reasons, problems }
    : { httpStatus: 503, status: "not ready", reasons, problems };
}
