// How failed polls are counted.

import { expect, test } from "bun:test";
import { createWorkerMetrics } from "../../services/worker/metrics.ts";
import { NotDataError, UpstreamError } from "../../services/worker/ndbc/errors.ts";
import { Registry } from "../../shared/service/prometheus.ts";

const address = new URL("https://ndbc.example/data");

/** Returns the counted outcomes of polls, without those at 0. */
async function outcomesOf(error: unknown): Promise<string[]> {
  const registry = new Registry();
  createWorkerMetrics({ registry, scrape: async () => new Response() }, []).pollFailed(error, 1);
  const lines = (await registry.metrics()).split("\n").filter((line) => line.startsWith("bellbuoy_polls_total{"));
  return lines.filter((line) => !line.endsWith(" 0"));
}

test.each([
  ["not_data", new NotDataError("an HTML page")],
  ["refused", new UpstreamError(address, "answers 503", "refused", 60)],
  ["unreachable", new UpstreamError(address, "no connection")],
  ["postgresql_away", Object.assign(new Error("connect"), { code: "ECONNREFUSED" })],
  ["error", new Error("a fault of ours")],
])("a failed poll is counted by the code of its error: %s", async (outcome, error) => {
  expect(await outcomesOf(error)).toEqual([`bellbuoy_polls_total{outcome="${outcome}"} 1`]);
});
