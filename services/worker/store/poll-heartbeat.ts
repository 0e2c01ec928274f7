// Records the start of each poll in PostgreSQL, so that servers can detect a stopped worker.

import { inTransaction, type Sql } from "../../../shared/database/sql.ts";

/** Records that a poll begins now, and the poll interval in seconds. */
export async function recordPollBegin(sql: Sql, everySeconds: number): Promise<void> {
  await inTransaction(
    sql,
    (tx) => tx`
    insert into polling (begun_at, every_seconds) values (now(), ${everySeconds})
    on conflict (only_row) do update set begun_at = excluded.begun_at, every_seconds = excluded.every_seconds
  `,
  );
}
