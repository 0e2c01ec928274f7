// Words of the station list.

export const search = "Search the stations";
export const searchHint = "Find a station";
export const endSearch = "Close the search";
export const order = "Order of the stations";
export const orders = { most: "Most to hear", newest: "Newest", waves: "Waves", wind: "Wind", name: "Name" } as const;
export const waitingForStations = "Waiting for the stations…";
export const waitingForReports = "Waiting for what the stations reported…";
export const nothingKnown = "Nothing is known yet: the server has not answered.";
export const noStation = "No station has reported yet.";
export const noMatch = "No station matches “{wanted}”.";
export const count = { one: "{count} station", other: "{count} stations" } as const;
export const countAndSilent = {
  one: "{count} station reports, {silent} are silent",
  other: "{count} stations report, {silent} are silent",
} as const;
export const more = { other: "Show {count} more" } as const;
export const silent = "silent";
/** Labels of a row's values; they separate a wave's metres from a wind's. */
export const labels = { waveHeightM: "waves", windSpeedMps: "wind", waterTempC: "water" } as const;
export const values = {
  waveHeightM: "waves {value}",
  windSpeedMps: "wind {value}",
  waterTempC: "water {value}",
} as const;
export const station = "{name}: {values}";
export const stationWithoutValues = "{name}: no recent waves, wind or water";
