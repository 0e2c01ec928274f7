// `bun run load < bellbuoy.sql`: loads a dump into the empty database of `bun run dev`.

import { loadDump } from "./dump-file.ts";
import { withDatabase } from "./own-database.ts";

await withDatabase("load", (sql) => loadDump(sql, Bun.stdin.stream()));
