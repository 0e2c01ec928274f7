// The PostgreSQL of a test run, and databases in it for single test files.

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import postgres from "postgres";
import { type Postgres, startPostgres } from "../../services/dev/daemons/postgres.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectPatientSql, connectSql, type Sql } from "../../shared/database/sql.ts";
import { copyDataDir, removeOwnData } from "./data-dir.ts";
import { postgresUrl } from "./run-addresses.ts";
import { createTestClock } from "./test-clock.ts";

/** Describes a PostgreSQL server for tests only; the user in `url` can create databases. */
export type TestCluster = Pick<Postgres, "url" | "stop">;

/** Template for each database; PostgreSQL can copy it only while it has no connections. */
const template = "bellbuoy_template";

let cluster: Promise<TestCluster> | null = null;

/**
 * Starts a PostgreSQL with temporary data, and creates the template that {@link createDatabase} copies.
 * @param made the data directory to copy; by default that of this run
 */
export async function startTestCluster(made?: string): Promise<TestCluster> {
  const dataDir = await copyDataDir(made);
  const settings = {
    // The data is temporary, so it need not survive a power cut.
    fsync: "off",
    full_page_writes: "off",
    shared_buffers: "64MB",
    max_connections: "300",
    // Without this, autovacuum starts a process for each test database once a minute.
    autovacuum: "off",
  };
  const server = await startPostgres({ dataDir, settings });
  await administer(server.url, `create database ${template}`);
  const sql = connectPatientSql(databaseUrl(server.url, template), "template");
  await migrate(sql);
  await sql.end();
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Stops the PostgreSQL that this process has started, if any, and removes all its data. Call it once, at the end. */
export async function endOwnCluster(): Promise<void> {
  const own = cluster;
  cluster = null;
  await (await own)?.stop();
  await removeOwnData();
}

/** Creates a database for one caller. @param of `empty` has no tables yet @returns its address */
export async function createDatabase(of: "empty" | "migrated" = "empty"): Promise<string> {
  const server = await serverUrl();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(server, `create database ${name} ${of === "migrated" ? `template ${template}` : ""}`);
  return databaseUrl(server, name);
}

/** Describes a database with the current schema. */
export type Database = { databaseUrl: string; sql: Sql; stop(): Promise<void> };

/** Creates a database for one test file. */
export async function startDatabase(): Promise<Database> {
  const databaseUrl = await createDatabase("migrated");
  // With a stopped clock, a test on a slow machine can hold an idle connection for as long as it needs.
  const sql = connectSql(databaseUrl, "test", createTestClock());
  return { databaseUrl, sql, stop: () => sql.end({ timeout: 1 }) };
}

async function serverUrl(): Promise<string> {
  const shared = postgresUrl();
  if (shared !== null) return shared;
  cluster ??= startTestCluster();
  return (await cluster).url;
}

function databaseUrl(server: string, name: string): string {
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

async function administer(server: string, statement: string): Promise<void> {
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end();
  }
}
