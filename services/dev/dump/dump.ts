// `bun run dump > bellbuoy.sql`: writes the database of `bun run dev` as SQL text.

import { writeDump } from "./dump-file.ts";
import { withDatabase } from "./own-database.ts";

await withDatabase("dump", (sql) => writeDump(sql, process.stdout));
