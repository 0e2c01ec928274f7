// The fields of a station in the API.

/** The text fields of a station. */
export const stationTexts = ["name", "owner", "program", "type"] as const;
/** Position in degrees, north and east positive, and site elevation above sea level in metres. */
export const stationNumbers = ["latitude", "longitude", "elevationM"] as const;
/** All fields of a station, in the order of the CSV columns. */
export const stationFields = ["stationId", ...stationTexts, ...stationNumbers] as const;

/** A station: its id, name, owner and position. Unknown fields are `null`. */
export type Station = { stationId: string } & Record<(typeof stationTexts)[number], string | null> &
  Record<(typeof stationNumbers)[number], number | null>;
