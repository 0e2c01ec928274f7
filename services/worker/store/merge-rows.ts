// SQL fragments that merge new rows with stored ones, field by field. Events and history share them.

import type postgres from "postgres";
import type { Transaction } from "../../../shared/database/sql.ts";
import { type Measurement, measurements, type Observation } from "../../../shared/measurements.ts";

/** Returns rows as a table of PostgreSQL: `station_id`, `observed_at`, and the measurements in their order. */
export function unnested(tx: Transaction, rows: Observation[]): postgres.Fragment {
  return tx`
    select * from unnest(
      ${rows.map((row) => row.stationId)}::text[],
      ${rows.map((row) => row.observedAt.toISOString())}::timestamptz[],
      ${each(tx, (name) => tx`${numberArray(rows.map((row) => row[name]))}::float8[]`)}
    ) as row (station_id, observed_at, ${tx(measurements)})
  `;
}

/** Returns the `set` list of an upsert: a new value replaces the stored one; a missing value does not. */
export function merge(tx: Transaction): postgres.Fragment {
  return tx`${each(tx, (name) => tx`${tx(name)} = coalesce(excluded.${tx(name)}, stored.${tx(name)})`)}`;
}

/** Returns the condition that a new row changes the stored one. */
export function changes(tx: Transaction, came: "incoming" | "excluded"): postgres.Fragment {
  const merged = each(tx, (name) => tx`coalesce(${tx(came)}.${tx(name)}, stored.${tx(name)})`);
  return tx`(${merged}) is distinct from (${each(tx, (name) => tx`stored.${tx(name)}`)})`;
}

/** Returns one fragment per measurement, separated by commas. */
function each(tx: Transaction, fragment: (name: Measurement) => postgres.Fragment): postgres.Fragment[] {
  return measurements.flatMap((name, index) => (index === 0 ? [fragment(name)] : [tx`,`, fragment(name)]));
}

/** Merges rows of the same station and time, because one upsert can write each row only once. Later values replace earlier ones. */
export function mergeRepeated(observations: Observation[]): Observation[] {
  const byKey = new Map<string, Observation>();
  for (const observation of observations) {
    const key = `${observation.stationId} ${observation.observedAt.getTime()}`;
    const earlier = byKey.get(key);
    if (earlier === undefined) {
      byKey.set(key, observation);
      continue;
    }
    const both = { ...earlier };
    for (const name of measurements) both[name] = observation[name] ?? earlier[name];
    byKey.set(key, both);
  }
  return [...byKey.values()];
}

/** Returns numbers as a PostgreSQL array literal. The client would quote and escape each number like text. */
function numberArray(values: (number | null)[]): string {
  return `{${values.map((value) => value ?? "null").join()}}`;
}
