// Words of the replay bar.

export const fetching = "Fetching the past 24 hours…";
export const failed = "The past 24 hours could not be loaded";
export const nothing = "No station is in view: zoom out to hear the past";
export const moment = "{date} {time} UTC";
export const notMeasured = "{date} {time} UTC: no measurements in these 24 hours";
