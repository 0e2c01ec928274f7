// What `/ready` answers.

import { expect, test } from "bun:test";
import { readiness } from "../../../shared/service/readiness.ts";

test("a service without a problem is ready", () => {
  expect(readiness([])).toEqual({ httpStatus: 200, status: "ready", reasons: [], problems: [] });
});

test("a service with a problem is not ready, and gives the reason and its code", () => {
  const away = { code: "redis_away", reason: "Redis does not answer", message: "Redis: ECONNREFUSED" };
  const stopped = { code: "poll_stopped", reason: "its schedule is gone", message: "polls: its schedule is gone" };
  expect(readiness([away, stopped])).toEqual({
    httpStatus: 503,
    status: "not ready",
    reasons: ["Redis: ECONNREFUSED", "polls: its schedule is gone"],
    problems: [away, stopped],
  });
});
