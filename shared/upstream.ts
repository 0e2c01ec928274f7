// Constants about NDBC that both services use.

/** NDBC's file with the newest row of every station: about 880 rows, updated every five minutes. */
export const latestObsPath = "/data/latest_obs/latest_obs.txt";

/** The owner of all simulated stations. Server and page use it to detect simulated data. */
export const simulationOwner = "bellbuoy simulation";
