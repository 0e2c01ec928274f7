// Opens the database of `bun run dev` for a command, or the one that DATABASE_URL names.

import { join } from "node:path";
import { describeError } from "../../../shared/connections/connection-health.ts";
import { connectPatientSql, type Sql } from "../../../shared/database/sql.ts";
import { startPostgres } from "../daemons/postgres.ts";
import { makeProjectFolder } from "../folders.ts";

/**
 * Runs a command on a single connection without a time limit. Starts the PostgreSQL of `bun run dev`, unless DATABASE_URL
 * names another one, and stops it at the end. Ends the process: with 1 and one line on stderr if the command fails.
 */
export async function withDatabase(name: string, command: (sql: Sql) => Promise<void>): Promise<never> {
  let stop: (() => Promise<void>) | null = null;
  let exitCode = 0;
  try {
    const postgres = process.env.DATABASE_URL ? null : await startOwn();
    stop = postgres?.stop ?? null;
    const sql = connectPatientSql(process.env.DATABASE_URL || (postgres?.url ?? ""), name);
    await sql`select set_config('statement_timeout', '0', false)`;
    await command(sql);
    await sql.end();
  } catch (error) {
    process.stderr.write(`bellbuoy ${name}: ${describeError(error)}\n`);
    exitCode = 1;
  }
  await stop?.();
  process.exit(exitCode);
}

async function startOwn() {
  const folder = makeProjectFolder();
  return startPostgres({ dataDir: join(folder, "dev-postgres") });
}
