// Words of the station card.

export const tune = "Tune in";
export const tuned = "Tuned in";
export const past = "Past 24 hours";
export const compare = "Compare";
/** For screen readers; `station` is the previously tuned-in station. */
export const compareWith = "Compare with {station}";
export const close = "Close the card";
export const whatYouHear = "What you hear";
export const measurements = "Measurements of the past 24 hours";
export const more = "More measurements";
export const ndbcPage = "Station page at NDBC";
export const owner = "Owned by {owner}";
export const noReport = "No report in the last 24 hours.";
export const reportedNow = "Reported just now";
export const reported = "Reported {age} ago";
export const north = "{degrees}°\u00a0N";
export const south = "{degrees}°\u00a0S";
export const east = "{degrees}°\u00a0E";
export const west = "{degrees}°\u00a0W";
export const notMeasured = "not measured";
/** In place of the line of the past day. */
export const history = { loading: "loading…", unknown: "past day unknown" } as const;
export const trends = { rising: "rising", falling: "falling", steady: "steady" } as const;
/** The line of the past day, for screen readers; `field` is one of the labels of measured values. */
export const line = {
  unknown: "{field} over 24 hours, from {low} to {high}",
  rising: "{field} over 24 hours, from {low} to {high}, rising",
  falling: "{field} over 24 hours, from {low} to {high}, falling",
  steady: "{field} over 24 hours, from {low} to {high}, steady",
} as const;
