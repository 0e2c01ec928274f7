// Words of the large button that starts the sound: what will be heard.

export const network = "Hear the sea now";
export const station = "Hear {station}";
export const stationWithWaves = "Hear {station}, waves {height}";
export const pastOfStation = "Hear the past day of {station}";
export const past = "Hear the past day";
