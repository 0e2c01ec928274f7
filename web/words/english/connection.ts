// Words of the connection line.

export const connecting = "Connecting…";
export const live = "Live";
export const waiting = "Connected: the server waits for its database";
export const reconnecting = "Reconnecting: {reason}";
export const offline = "Offline, with data saved on this device";
export const refused = "Refused: {reason}";
export const retryNow = "trying again now";
export const retryIn = "trying again in {seconds} s";
export const noReport = "no report yet";
export const newestNow = "newest report just now";
export const newest = "newest report {age} old";
export const pollsStopped = "{newest}; the server has not asked NDBC for {age}";
export const ndbcSilent = "{newest}; NDBC silent for {age}";
