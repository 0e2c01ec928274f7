// Formats of ages, counts and times.

/** Shown for missing values; never a zero. */
export const notMeasured = "–";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * Formats an age: `just now`, `21 min`, `3 h 5 min`, `2 d`. A negative age, from a clock that is behind, is `just now`.
 */
export function formatAge(ageMs: number): string {
  if (ageMs < minuteMs) return "just now";
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min`;
  if (ageMs >= 2 * dayMs) return `${Math.floor(ageMs / dayMs)} d`;
  const minutes = Math.floor((ageMs % hourMs) / minuteMs);
  const hours = `${Math.floor(ageMs / hourMs)} h`;
  return minutes === 0 ? hours : `${hours} ${minutes} min`;
}

/** Formats a time in the past: `just now`, `21 min ago`. */
export function formatAgo(ageMs: number): string {
  const age = formatAge(ageMs);
  return age === "just now" ? age : `${age} ago`;
}

// Created once: creating it takes longer than all other work for a report.
const wholeNumbers = new Intl.NumberFormat("en");

/** Formats a count with its noun: `1 bell`, `2 bells`, `1,200 bells`. */
export function formatCount(count: number, noun: string): string {
  return `${wholeNumbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Formats minutes and seconds: `1:05`. */
export function formatClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
