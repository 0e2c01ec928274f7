// Words of the legend of the map's marks.

export const title = "What the marks mean";
export const marks = {
  cold: "cold water, 4 °C",
  warm: "warm water, 28 °C",
  lowWaves: "waves of 1 m: a small ring",
  highWaves: "waves of 6 m: a wide ring",
  westWind: "leaning east: wind from the west",
  noWaterTemp: "hollow: water temperature not measured",
  stale: "faded: two and a half hours old",
  silent: "a dot: silent for three hours or more",
} as const;
export const moving =
  "A spreading ring: its bell sounds now; dashed if waves or water temperature are missing. A beam: it points " +
  "to where the wind comes from when it pings.";
/** Not where the system's colours are forced. */
export const night = "The darker part of the map is at night.";
