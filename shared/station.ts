// The shape of a station, as the API sends it and the page reads it.

/** Texts that describe a station. */
export const stationTexts = ["name", "owner", "program", "type"] as const;
/** Position in degrees, north and east positive, and height of the site above the sea in metres. */
export const stationNumbers = ["latitude", "longitude", "elevationM"] as const;
/** Every field of a station, in the order of columns of CSV. */
export const stationFields = ["stationId", ...stationTexts, ...stationNumbers] as const;

/** A station: what it is called, who runs it and where it is. What is not known is `null`. */
export type Station = { stationId: string } & Record<(typeof stationTexts)[number], string | null> &
  Record<(typeof stationNumbers)[number], number | null>;
