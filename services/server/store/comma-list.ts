// Helper for SQL lists that are built at run time.

import type postgres from "postgres";
import type { Transaction } from "../../../shared/database/sql.ts";

/** Joins SQL fragments with commas. The list must not be empty. */
export function commaList(tx: Transaction, parts: postgres.Fragment[]): postgres.Fragment {
  return parts.reduce((list, part) => tx`${list}, ${part}`);
}
