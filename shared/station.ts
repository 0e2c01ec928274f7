// Who and where a station is: the shape that the worker stores and the API answers with.

/** A station of NDBC's network. Position in decimal degrees, height in metres above sea level; `null`: not known. */
export type Station = {
  stationId: string;
  latitude: number | null;
  longitude: number | null;
  elevationM: number | null;
  name: string | null;
  owner: string | null;
  program: string | null;
  type: string | null;
};
