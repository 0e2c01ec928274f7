// Objects with the same kind of value for each of some names.

/** Returns an object with a value for each of these names. */
export function recordOf<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Record<Name, Value> {
  // `fromEntries` forgets the names.
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}

/** Lists the names of an object whose type names them all. */
export function namesOf<Name extends string>(record: Record<Name, unknown>): Name[] {
  // `keys` forgets the names.
  return Object.keys(record) as Name[];
}
