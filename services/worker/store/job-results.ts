// Stores the last result of each job, and how many rows were rejected, so that servers and later workers can read them.

import { inTransaction, type Sql } from "../../../shared/database/sql.ts";
import type { RejectedLine } from "../ndbc/table/rejected-rows.ts";

/** Records a success. @returns for how many seconds the job had failed, on any worker; `null` if it had not */
export async function recordSuccess(sql: Sql, job: string): Promise<number | null> {
  const [result] = await inTransaction(
    sql,
    (tx) => tx<{ failedSeconds: number | null }[]>`
    with before as (select failing_since from job_results where job = ${job})
    insert into job_results (job, succeeded_at) values (${job}, now())
    on conflict (job) do update set succeeded_at = now(), failing_since = null, failure = null
    returning (select extract(epoch from now() - failing_since)::float8 from before) as failed_seconds
  `,
  );
  return result?.failedSeconds ?? null;
}

/** Records a failure, and keeps the time of the first one since the last success. */
export async function recordFailure(sql: Sql, job: string, failure: string): Promise<void> {
  await inTransaction(
    sql,
    (tx) => tx`
    insert into job_results as stored (job, failing_since, failure) values (${job}, now(), ${failure})
    on conflict (job) do update set
      failing_since = coalesce(stored.failing_since, now()), failure = excluded.failure
  `,
  );
}

/** How long counts of rejected rows are kept, in days. */
const rejectedDays = 7;

/** Adds rejected rows to the counts of the present UTC day. */
export async function recordRejectedRows(sql: Sql, lines: RejectedLine[]): Promise<void> {
  if (lines.length === 0) return;
  const byReason = [...Map.groupBy(lines, ({ code }) => code)].sort(([a], [b]) => (a < b ? -1 : 1));
  await inTransaction(
    sql,
    (tx) => tx`
    with old as (delete from rejected_rows where day < (now() at time zone 'utc')::date - ${rejectedDays}::int)
    insert into rejected_rows as stored (day, reason, rows, rejected_at, example)
    select (now() at time zone 'utc')::date, reason, rows, now(), example
    from unnest(
      ${byReason.map(([reason]) => reason)}::text[],
      ${byReason.map(([, all]) => all.length)}::int[],
      ${byReason.map(([, all]) => all.at(-1)?.reason ?? "")}::text[]
    ) as row (reason, rows, example)
    on conflict (day, reason) do update set
      rows = stored.rows + excluded.rows, rejected_at = excluded.rejected_at, example = excluded.example
  `,
  );
}
