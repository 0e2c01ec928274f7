// Backs up a test's database and restores it while services keep running.

import postgres from "postgres";
import type { Sql } from "../../shared/database/sql.ts";

/** Holds a copy of a database at one moment. */
export type Backup = {
  /** Replaces the database with the copy, once. Connections break, and the services reconnect by themselves. */
  restore(): Promise<void>;
};

/** Copies a database in about 100 ms; this breaks all its connections. @param sql a pool of the same database */
export async function backUp(databaseUrl: string, sql: Sql): Promise<Backup> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const copy = `${name}_backup`;
  await withoutConnections(databaseUrl, name, async (admin) => {
    await admin.unsafe(`drop database if exists ${copy}`);
    await admin.unsafe(`create database ${copy} template ${name}`);
  });
  await untilConnected(sql);
  return {
    async restore() {
      await withoutConnections(databaseUrl, name, async (admin) => {
        await admin.unsafe(`drop database ${name}`);
        await admin.unsafe(`alter database ${copy} rename to ${name}`);
      });
      await untilConnected(sql);
    },
  };
}

/** Runs a command that no other connection to the database may be open for. */
async function withoutConnections(databaseUrl: string, name: string, act: (admin: postgres.Sql) => Promise<unknown>) {
  const admin = postgres(Object.assign(new URL(databaseUrl), { pathname: "/postgres" }).href, {
    max: 2,
    onnotice: () => {},
  });
  await admin.unsafe(`alter database ${name} allow_connections false`);
  let isDone = false;
  /** A connection that began before may open late; PostgreSQL waits only five seconds for it to close. */
  async function closeOthers(): Promise<void> {
    while (!isDone) {
      await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
      await Bun.sleep(5);
    }
  }
  const acting = act(admin).finally(() => {
    isDone = true;
  });
  await Promise.all([acting, closeOthers()]);
  await admin.unsafe(`alter database ${name} allow_connections true`);
  await admin.end();
}

async function untilConnected(sql: Sql): Promise<void> {
  const isConnected = () =>
    sql`select 1`.then(
      () => true,
      () => false,
    );
  while (!(await isConnected())) await Bun.sleep(10);
}
