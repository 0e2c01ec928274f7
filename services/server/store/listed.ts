// Parts of a query that are made one by one.

import type postgres from "postgres";
import type { Sql, Transaction } from "../../../shared/database/sql.ts";

/** Joins parts of a query with commas. */
export function listed(sql: Sql | Transaction, parts: postgres.Fragment[]): postgres.Fragment {
  return parts.reduce((list, part) => sql`${list}, ${part}`);
}
