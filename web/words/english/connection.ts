// Words of the connection line.

export const starting = "Starting…";
/** Shown without any script if the page has not started after some seconds. */
export const notStarted = "This page did not start. Reload it, or use Chrome 120, Safari 17, Firefox 128 or newer.";
export const connecting = "Connecting…";
/** The stream is open, but whether new reports arrive is not known yet. */
export const connected = "Connected";
/** The stream is open, and the newest batch of reports is younger than three periods. */
export const live = "Live";
// The stream is open, but no new reports arrive. `{time}`: `09:35`, or with the date before today.
export const neverPolled = "No reports yet: NDBC has not answered this server";
export const pollsStopped = "This server has not asked NDBC since {time}";
export const ndbcUnreachable = "This server has not reached NDBC since {time}";
export const ndbcSilent = "NDBC silent since {time}";
export const waiting = "Connected: the server waits for its database";
export const reconnecting = "Reconnecting: {reason}";
export const offline = "This device is offline. It shows what it has saved";
export const serverAway = "The server is away. This page shows what it has saved";
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
