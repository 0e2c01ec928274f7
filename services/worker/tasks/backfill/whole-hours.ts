// Calculates with UTC hours, and finds the complete ones.

/** An hour in ms. */
export const hourMs = 3_600_000;

/** Time after which an hour is complete, in ms. NDBC accepts rows up to a little over three hours late. */
export const lateRowsMs = 4 * hourMs;

/** Returns whether an hour ended so long ago that no more rows of it will arrive. */
export function isWhole(hour: Date, now: Date): boolean {
  return hour.getTime() + hourMs <= wholeUntil(now).getTime();
}

/** Returns the end of the last complete hour. */
export function wholeUntil(now: Date): Date {
  return startOfHour(new Date(now.getTime() - lateRowsMs));
}

/** Returns the start of the UTC hour of a time. */
export function startOfHour(time: Date): Date {
  return new Date(Math.floor(time.getTime() / hourMs) * hourMs);
}

/** Returns the time `hours` before another. */
export function hoursBefore(time: Date, hours: number): Date {
  return new Date(time.getTime() - hours * hourMs);
}
