// `bellbuoy restored`: moves the event ids ahead after a backup was restored. For a restore in which Redis is lost as well.

import { migrate } from "../../shared/database/migrate.ts";
import { connectPatientSql } from "../../shared/database/sql.ts";
import { readWorkerConfig } from "../../shared/service/config.ts";
import { runService } from "../../shared/service/service.ts";
import { beginNewTimeline } from "./store/event-id-guard.ts";

await runService("restored", readWorkerConfig, async ({ config, onClose }) => {
  const sql = connectPatientSql(config.databaseUrl, "restored");
  onClose(() => sql.end({ timeout: 1 }));
  // The backup may be of an earlier version.
  await migrate(sql);
  const from = await beginNewTimeline(sql);
  await sql.end();
  process.stdout.write(
    `Event ids continue after ${from}. Every listener gets a reset and loads the restored reports.\n`,
  );
});
