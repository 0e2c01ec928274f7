// Addresses of what `bun run test` has started for all test processes, from the environment; `null` in a plain `bun test`.

/** Names the environment variables that carry these addresses. */
export const runVariables = {
  postgres: "BELLBUOY_TEST_POSTGRES",
  postgresData: "BELLBUOY_TEST_POSTGRES_DATA",
  browser: "BELLBUOY_TEST_BROWSER",
  player: "BELLBUOY_TEST_PLAYER",
  services: "BELLBUOY_TEST_SERVICES",
} as const;

/** Returns the address of the run's PostgreSQL; its user can create databases. */
export function postgresUrl(): string | null {
  return process.env[runVariables.postgres] ?? null;
}

/** Returns the run's new PostgreSQL data directory, to be copied. */
export function postgresData(): string | null {
  return process.env[runVariables.postgresData] ?? null;
}

/** Returns the WebSocket address of the run's Chromium. */
export function browserUrl(): string | null {
  return process.env[runVariables.browser] ?? null;
}

/** Returns whether the run has already built the player. */
export function isPlayerBuilt(): boolean {
  return process.env[runVariables.player] === "built";
}

/** Returns the folder with the run's bundled services. */
export function bundledServices(): string | null {
  return process.env[runVariables.services] ?? null;
}
