/** What stands where nothing was measured; never a zero. */
export const notMeasured = "–";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How old something is: `just now`, `21 min`, `3 h 5 min`, `2 d`. What a clock that is behind calls the future is new. */
export function formatAge(ageMs: number): string {
  if (ageMs < minuteMs) return "just now";
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min`;
  if (ageMs >= 2 * dayMs) return `${Math.floor(ageMs / dayMs)} d`;
  const minutes = Math.floor((ageMs % hourMs) / minuteMs);
  const hours = `${Math.floor(ageMs / hourMs)} h`;
  return minutes === 0 ? hours : `${hours} ${minutes} min`;
}

/** A measured value with one decimal and its unit, or {@link notMeasured}. */
export function formatValue(value: number | null, unit: string): string {
  if (value === null) return notMeasured;
  const digits = Math.abs(value).toFixed(1);
  // What rounds to zero from below is zero.
  const sign = value < 0 && Number(digits) !== 0 ? "−" : "";
  return `${sign}${digits}\u00a0${unit}`;
}

const compassPoints = "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split(" ");

/** The wind's speed and the compass point that it blows from, `5.1 m/s SW`; a calm comes from nowhere. */
export function formatWind(speedMps: number | null, fromDeg: number | null): string {
  const speed = formatValue(speedMps, "m/s");
  const point = fromDeg === null ? undefined : compassPoints[Math.round(fromDeg / 22.5) % compassPoints.length];
  return speedMps === null || speedMps === 0 || point === undefined ? speed : `${speed}\u00a0${point}`;
}

// Made once: it takes longer than all the rest of a report's way to the page.
const wholeNumbers = new Intl.NumberFormat("en");

/** `1 bell`, `2 bells`, `1,200 bells` */
export function formatCount(count: number, noun: string): string {
  return `${wholeNumbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The end of a scale, without decimals: `−2 °C`, and a longitude as sailors write it: `160° W`. */
export function formatEnd(value: number, unit: string): string {
  if (unit !== "°") return `${String(value).replace("-", "−")}\u00a0${unit}`;
  return `${Math.abs(value)}°\u00a0${value < 0 ? "W" : "E"}`;
}
