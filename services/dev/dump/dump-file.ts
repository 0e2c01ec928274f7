// Dumps a database as SQL text that `psql` of any version reads, and loads it: the embedded PostgreSQL brings neither.

import { once } from "node:events";
import type { Writable } from "node:stream";
import { migrate, schemaSql } from "../../../shared/database/migrate.ts";
import type { Sql } from "../../../shared/database/sql.ts";
import { StartError } from "../../../shared/process/service-parts.ts";

/** A comment between the parts of a dump, each of which {@link loadDump} sends at once. */
const partEnd = "-- end of part";
const lastPart = "commit;";
/** Rows per statement. */
const pageRows = 1_000;

/**
 * Writes a database as SQL text: the tables, their rows, and the next event id, as of one moment. Migrates it first.
 * @param sql a single connection without a time limit
 */
export async function writeDump(sql: Sql, to: Writable): Promise<void> {
  await migrate(sql);
  const writePart = async (text: string) => {
    if (!to.write(`${text}\n${partEnd}\n`)) await once(to, "drain");
  };
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    const tables = await tx<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = current_schema() order by tablename
    `;
    await writePart("-- A dump of bellbuoy. Load it into an empty database with psql, or with `bun run load`.\nbegin;");
    await writePart(schemaSql());
    await writePart(`truncate ${tables.map(({ name }) => name).join(", ")};`);
    for (const { name } of tables) {
      const rows = tx<{ json: string }[]>`select to_json(stored)::text as json from ${tx(name)} as stored`;
      for await (const page of rows.cursor(pageRows)) {
        const text = page.map(({ json }) => json.replaceAll("'", "''")).join(",");
        await writePart(`insert into ${name} select * from json_populate_recordset(null::${name}, '[${text}]');`);
      }
    }
    const [ids] = await tx<[{ lastValue: string; isCalled: boolean }]>`select last_value, is_called from event_ids`;
    await writePart(`select setval('event_ids', ${ids.lastValue}, ${ids.isCalled});`);
  });
  to.write(`${lastPart}\n`);
}

/**
 * Loads a dump into an empty database, in one transaction.
 * @param sql a single connection without a time limit; end it after an error, which rolls back
 * @throws {StartError} if the database has tables already, or if the dump is not whole
 */
export async function loadDump(sql: Sql, dump: ReadableStream<Uint8Array>): Promise<void> {
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::int as count from pg_tables where schemaname = current_schema()
  `;
  if (count > 0) throw new StartError("the database has tables already: load the dump into an empty database");
  const connection = await sql.reserve();
  let part: string[] = [];
  for await (const line of linesOf(dump)) {
    if (line !== partEnd) {
      part.push(line);
      continue;
    }
    await connection.unsafe(part.join("\n"));
    part = [];
  }
  if (part.join("\n") !== lastPart) {
    throw new StartError("the dump is not whole, so nothing was loaded: make it again");
  }
  await connection.unsafe(lastPart);
  connection.release();
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
