// The PostgreSQL of a test run, and databases in it that a single test file uses.

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import postgres from "postgres";
import { type Postgres, startPostgres } from "../../services/dev/postgres.ts";
import { migrate } from "../../shared/migrate.ts";
import { connectPatientSql, connectSql, type Sql } from "../../shared/sql.ts";
import { copyDataDir } from "./data-dir.ts";
import { postgresUrl } from "./run-addresses.ts";
import { createTestClock } from "./test-clock.ts";

/** A PostgreSQL server for tests alone, whose `url` has the rights to make databases. */
export type TestCluster = Pick<Postgres, "url" | "stop">;

/** Copied for each database: no process may be connected to it then. */
const template = "bellbuoy_template";

let cluster: Promise<TestCluster> | null = null;

/**
 * Starts a PostgreSQL whose data live for one run, with the template that {@link createDatabase} copies.
 * @param made the folder with the data to copy, of this run by default
 */
export async function startTestCluster(made?: string): Promise<TestCluster> {
  const dataDir = await copyDataDir(made);
  const settings = {
    // A power cut cannot cost what the run throws away anyway.
    fsync: "off",
    full_page_writes: "off",
    shared_buffers: "64MB",
    max_connections: "300",
    // Each database of a test would be looked at once a minute, by a process of its own.
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

/** Ends the PostgreSQL that this process has started, if any; called once, after the last test. */
export async function endOwnCluster(): Promise<void> {
  const own = cluster;
  cluster = null;
  await (await own)?.stop();
}

/** Makes a database that no one else uses. @param of `empty` has no tables yet @returns its address */
export async function createDatabase(of: "empty" | "migrated" = "empty"): Promise<string> {
  const server = await serverUrl();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(server, `create database ${name} ${of === "migrated" ? `template ${template}` : ""}`);
  return databaseUrl(server, name);
}

/** A database with the schema in place. */
export type Database = { databaseUrl: string; sql: Sql; stop(): Promise<void> };

/** Makes a database for one test file. */
export async function startDatabase(): Promise<Database> {
  const databaseUrl = await createDatabase("migrated");
  // Its clock stands still: on a slow machine a test may hold a connection, and say nothing on it, for as long as it takes.
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
