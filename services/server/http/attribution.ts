// Names the sources of the data in the API's answers.

/** Sources of the data, for the formats that can hold a text. */
export const attribution = "Data: NOAA National Data Buoy Center (NDBC) and the owners of the stations";

/**
 * `Link` header (RFC 8288) of every answer with data: the terms of NDBC, and the list that names each station's owner.
 * CSV and NDJSON have no place for it in their bodies.
 */
export const attributionLink = [
  `<https://www.ndbc.noaa.gov/disclaimer.shtml>; rel="license"; title="${attribution}"`,
  '</v1/stations>; rel="author"; title="Owner of each station"',
].join(", ");
