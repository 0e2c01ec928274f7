// What the launcher (`bun run test`) has started for all test processes, read from the environment; `null` in a plain `bun test`.

/** The variables by which the launcher passes on what it started. */
export const runVariables = {
  postgres: "BELLBUOY_TEST_POSTGRES",
  postgresData: "BELLBUOY_TEST_POSTGRES_DATA",
  browser: "BELLBUOY_TEST_BROWSER",
  player: "BELLBUOY_TEST_PLAYER",
  services: "BELLBUOY_TEST_SERVICES",
} as const;

/** Returns the address of the run's PostgreSQL, with the rights to make databases. */
export function postgresUrl(): string | null {
  return process.env[runVariables.postgres] ?? null;
}

/** Returns the folder with the run's unused PostgreSQL data, to be copied. */
export function postgresData(): string | null {
  return process.env[runVariables.postgresData] ?? null;
}

/** Returns the WebSocket address of the run's Chromium. */
export function browserUrl(): string | null {
  return process.env[runVariables.browser] ?? null;
}

/** Returns whether the run has built the player already. */
export function isPlayerBuilt(): boolean {
  return process.env[runVariables.player] === "built";
}

/** Returns the folder into which the run has bundled the services. */
export function bundledServices(): string | null {
  return process.env[runVariables.services] ?? null;
}
