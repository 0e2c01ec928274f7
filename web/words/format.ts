// Formats of ages and times.

import * as words from "./english/values.ts";
import { locale } from "./english/values.ts";
import { fill } from "./message.ts";

/** Shown for missing values; never a zero. */
export const notMeasured = "–";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const times = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const days = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });

/** Returns whether an age is less than a minute, or negative, from a clock that is behind. */
export function isNow(ageMs: number): boolean {
  return ageMs < minuteMs;
}

/** Formats an age: `just now`, `21 min`, `3 h 5 min`, `2 d`. */
export function formatAge(ageMs: number): string {
  if (isNow(ageMs)) return words.justNow;
  if (ageMs < hourMs) return fill(words.minutesOld, { minutes: Math.floor(ageMs / minuteMs) });
  if (ageMs >= 2 * dayMs) return fill(words.daysOld, { days: Math.floor(ageMs / dayMs) });
  const minutes = Math.floor((ageMs % hourMs) / minuteMs);
  const hours = Math.floor(ageMs / hourMs);
  return minutes === 0 ? fill(words.hoursOld, { hours }) : fill(words.hoursAndMinutesOld, { hours, minutes });
}

/** Formats a time in the past: `just now`, `21 min ago`. */
export function formatAgo(ageMs: number): string {
  return isNow(ageMs) ? words.justNow : fill(words.ago, { age: formatAge(ageMs) });
}

/** Formats a time of the device's zone: `09:35`. */
export function formatTime(atMs: number): string {
  return times.format(atMs);
}

/** Formats a time in the past, with its day unless it is today's: `09:35`, `27 November, 09:35`. */
export function formatSince(atMs: number, nowMs: number): string {
  const day = days.format(atMs);
  return day === days.format(nowMs) ? formatTime(atMs) : fill(words.dayAndTime, { day, time: formatTime(atMs) });
}

/** Formats minutes and seconds: `1:05`. */
export function formatClock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
