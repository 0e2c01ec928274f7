// Words of the connection line.

export const starting = "Starting…";
/** Shown without any script if the page has not started after some seconds. */
export const notStarted = "This page did not start. Reload it, or use Chrome 120, Safari 17, Firefox 128 or newer.";
export const connecting = "Connecting…";
export const live = "Live";
export const waiting = "Connected: the server waits for its database";
export const reconnecting = "Reconnecting: {reason}";
export const offline = "Offline, with data saved on this device";
export const refused = "Refused: {reason}";
export const crowded = "Other tabs use all connections of this browser: close one";
export const tryNow = "Try now";
export const clockAhead = "this device's clock is {age} ahead";
export const clockBehind = "this device's clock is {age} behind";
/** Before the button that reloads the page. */
export const newVersion = "New version:";
export const reload = "reload";
/** Under "More": the server's version, and how it is. The server's own warnings follow. */
export const server = "bellbuoy {version}.";
export const serverIsWell = "bellbuoy {version}. All is well.";
export const retryNow = "trying again now";
export const retryIn = "trying again in {seconds} s";
export const noReport = "no report yet";
export const newestNow = "newest report just now";
export const newest = "newest report {age} old";
export const pollsStopped = "{newest}; the server has not asked NDBC for {age}";
export const ndbcSilent = "{newest}; NDBC silent for {age}";
