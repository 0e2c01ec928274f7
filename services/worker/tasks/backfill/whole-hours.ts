// Hours of NDBC's time, and which of them are over for good.

/** An hour in ms. */
export const hourMs = 3_600_000;

/** The latest rows that NDBC takes in are a little over three hours old; an hour is whole only after that, in ms. */
export const lateRowsMs = 4 * hourMs;

/** Returns whether an hour ended so long ago that no more rows of it will arrive. */
export function isWhole(hour: Date, now: Date): boolean {
  return hour.getTime() + hourMs <= wholeUntil(now).getTime();
}

/** Returns the end of the last hour that is whole. */
export function wholeUntil(now: Date): Date {
  return startOfHour(new Date(now.getTime() - lateRowsMs));
}

/** Returns the start of the UTC hour that holds a time. */
export function startOfHour(time: Date): Date {
  return new Date(Math.floor(time.getTime() / hourMs) * hourMs);
}

/** Returns the time so many hours before another. */
export function hoursBefore(time: Date, hours: number): Date {
  return new Date(time.getTime() - hours * hourMs);
}
