// Records and logs the results of jobs: one line for a failed run, and one line when the job works again.

import { type ConnectionHealth, describeFailure } from "../../../shared/connections/connection-health.ts";
import { isDatabaseAway, type Sql } from "../../../shared/database/sql.ts";
import type { Log, LogFields } from "../../../shared/process/log.ts";
import { recordFailure, recordSuccess } from "../store/job-results.ts";

/** Records the results of jobs in PostgreSQL, for all workers. */
type JobJournal = {
  succeeded(job: string): Promise<void>;
  /** Records a run whose last attempt failed. */
  failed(job: string, error: unknown, fields?: LogFields): Promise<void>;
};

/** Creates a {@link JobJournal}. Without PostgreSQL it records nothing; `database` logs that outage. */
export function createJobJournal(sql: Sql, database: ConnectionHealth, log: Log): JobJournal {
  async function orAway(record: () => Promise<void>): Promise<void> {
    try {
      await record();
    } catch (error) {
      if (isDatabaseAway(error)) database.down(error);
      else log.warn("could not record the result of a job", describeFailure(error));
    }
  }
  return {
    succeeded: (job) =>
      orAway(async () => {
        const failedSeconds = await recordSuccess(sql, job);
        if (failedSeconds !== null) log.info("a job works again", { job, failedSeconds: Math.round(failedSeconds) });
      }),
    failed(job, error, fields = {}) {
      const { code, reason } = describeFailure(error);
      log.warn("a job failed", { job, ...fields, ...(code === undefined ? {} : { code }), reason });
      return orAway(() => recordFailure(sql, job, code === undefined ? reason : `${code}: ${reason}`));
    },
  };
}
