// What the launcher (`bun run test`) has started for all test processes, read from the environment; `null` in a plain `bun test`.

/** The variables by which the launcher passes on what it started. */
export const runVariables = {
  postgres: "BELLBUOY_TEST_POSTGRES",
  browser: "BELLBUOY_TEST_BROWSER",
  player: "BELLBUOY_TEST_PLAYER",
} as const;

/** Returns the address of the run's PostgreSQL, with the rights to make databases. */
export function postgresUrl(): string | null {
  return process.env[runVariables.postgres] ?? null;
}

/** Returns the WebSocket address of the run's Chromium. */
export function browserUrl(): string | null {
  return process.env[runVariables.browser] ?? null;
}

/** Returns whether the run has built the player already. */
export function isPlayerBuilt(): boolean {
  return process.env[runVariables.player] === "built";
}
