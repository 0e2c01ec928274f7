// Words of values: labels, ages and compass points.

/** BCP 47 tag of this language, for plurals, numbers, lists and sorting. */
export const locale = "en";

// Ages:
export const justNow = "just now";
export const minutesOld = "{minutes} min";
export const hoursOld = "{hours} h";
export const hoursAndMinutesOld = "{hours} h {minutes} min";
export const daysOld = "{days} d";
export const ago = "{age} ago";
export const dayAndTime = "{day}, {time}";

/** Labels of measured values. */
export const fields = {
  waveHeightM: "Waves",
  dominantPeriodS: "Period",
  averagePeriodS: "Average period",
  meanWaveDirDeg: "Waves from",
  windSpeedMps: "Wind",
  gustMps: "Gusts",
  windDirDeg: "Wind from",
  waterTempC: "Water",
  airTempC: "Air",
  dewPointC: "Dew point",
  pressureHpa: "Pressure",
  pressureTendencyHpa: "Pressure, 3 h",
  visibilityNmi: "Visibility",
  tideFt: "Tide",
} as const;
/** In place of the wind's direction. */
export const calm = "calm";
/** 16 points, clockwise from north. */
export const compass = [
  "N",
  "NNE",
  "NE",
  "ENE",
  "E",
  "ESE",
  "SE",
  "SSE",
  "S",
  "SSW",
  "SW",
  "WSW",
  "W",
  "WNW",
  "NW",
  "NNW",
] as const;
