/** What stands where nothing was measured; never a zero. */
export const notMeasured = "–";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Says how old something is: `just now`, `21 min`, `3 h 5 min`, `2 d`. What a clock that is behind calls the future is new. */
export function formatAge(ageMs: number): string {
  if (ageMs < minuteMs) return "just now";
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min`;
  if (ageMs >= 2 * dayMs) return `${Math.floor(ageMs / dayMs)} d`;
  const minutes = Math.floor((ageMs % hourMs) / minuteMs);
  const hours = `${Math.floor(ageMs / hourMs)} h`;
  return minutes === 0 ? hours : `${hours} ${minutes} min`;
}

/** Says how long ago something was: `just now`, `21 min ago`. */
export function formatAgo(ageMs: number): string {
  const age = formatAge(ageMs);
  return age === "just now" ? age : `${age} ago`;
}

// Made once: it takes longer than all the rest of a report's way to the page.
const wholeNumbers = new Intl.NumberFormat("en");

/** Counts in words: `1 bell`, `2 bells`, `1,200 bells` */
export function formatCount(count: number, noun: string): string {
  return `${wholeNumbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Writes minutes and seconds, as `1:05`. */
export function formatClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
