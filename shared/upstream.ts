// What both services know of NDBC.

/** NDBC's file with the newest row of every station: about 880 rows, written anew every five minutes. */
export const latestObsPath = "/data/latest_obs/latest_obs.txt";

/** Who owns the stations of the simulated sea, by which server and page know that it is simulated. */
export const simulationOwner = "bellbuoy simulation";
