// Starts a PostgreSQL with its own settings.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../../services/dev/daemons/postgres.ts";
import { migrate } from "../../../shared/database/migrate.ts";
import { connectSql, type Sql } from "../../../shared/database/sql.ts";

/** Starts a PostgreSQL with the given settings for `use`. Unlike the one of the tests, it flushes each commit to disk. */
export async function withDatabase<T>(use: (sql: Sql) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellbuoy-bench-"));
  const postgres = await startPostgres({ dataDir });
  const sql = connectSql(postgres.url, "bench");
  try {
    await migrate(sql);
    return await use(sql);
  } finally {
    await sql.end({ timeout: 1 });
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
