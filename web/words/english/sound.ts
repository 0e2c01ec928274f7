// Words that load with the sound: what it plays, its captions and its titles.

export const titles = {
  network: "The sea, now",
  pastOfStation: "24 hours: {station}",
  pastOfRegion: "24 hours: the region in view",
  pastOfNetwork: "24 hours: the whole network",
} as const;
/** A programme's title and its sound. */
export const heard = "{title}. {sound}";
/** Announced in a replay. */
export const replayed = "{time} UTC. {sound}";
/** A list of the phrases below; its first letter becomes a capital. */
export const sound = "{phrases}.";
export const pressure = {
  missing: "a held drone (pressure is not measured)",
  stale: "a held drone (pressure is too old to sound: {age})",
  slow: "a slow throb",
  steady: "a steady throb",
  quick: "a quick, uneasy throb",
} as const;
export const noWaves = {
  missing: "no swell (waves are not measured)",
  stale: "no swell (waves are too old to sound: {age})",
} as const;
/** From low waves to high ones, without a known period and with one. */
export const waves = [
  ["a murmur of swell: {height}", "a murmur of swell every {seconds} s: {height}"],
  ["a soft swell: {height}", "a soft swell every {seconds} s: {height}"],
  ["a full swell: {height}", "a full swell every {seconds} s: {height}"],
  ["a heavy swell: {height}", "a heavy swell every {seconds} s: {height}"],
  ["a roaring swell: {height}", "a roaring swell every {seconds} s: {height}"],
] as const;
export const noWind = {
  missing: "no wind (it is not measured)",
  stale: "no wind (it is too old to sound: {age})",
} as const;
/** From a low wind speed to a high one, without a known direction and with one. */
export const wind = [
  ["a breath of wind: {speed}", "a breath of wind {from}: {speed}"],
  ["a steady wind: {speed}", "a steady wind {from}: {speed}"],
  ["a strong wind: {speed}", "a strong wind {from}: {speed}"],
  ["a gale: {speed}", "a gale {from}: {speed}"],
  ["a storm: {speed}", "a storm {from}: {speed}"],
] as const;
/** Clockwise from north, with the side of the stereo image when facing north. */
export const windFrom = [
  "from the north",
  "from the north-east, on the right",
  "from the east, on the right",
  "from the south-east, on the right",
  "from the south",
  "from the south-west, on the left",
  "from the west, on the left",
  "from the north-west, on the left",
] as const;
export const water = {
  missing: "no glass (water temperature is not measured), a knock in its place",
  stale: "no glass (water temperature is too old to sound: {age})",
  low: "a low glass: {temperature}",
  middling: "a middling glass: {temperature}",
  high: "a high glass: {temperature}",
} as const;
export const reports = { one: "{count} report arrived", other: "{count} reports arrived" } as const;
export const bells = { one: "{count} bell rung", other: "{count} bells rung" } as const;
/** Of a batch, while it rings and after it. `{time}` is when it arrived. */
export const ringing = "ringing {arrived} reports of {time}: {rung} of {arrived} so far";
export const rung = "{rung} of {arrived} reports of {time} have rung";
export const nextIn = "next batch in about {minutes} min";
export const nextIsDue = "the next batch is due";
export const withoutBell = { other: "{count} without a bell" } as const;
export const caption = "♪ {text}";
export const captionOfMany = { other: "♪ {text} (and {count} more)" } as const;
/** Captions of sounds; `{station}` lists the station's name and values. */
export const sounds = {
  bell: "{station}",
  bowed: "{station} (bowed: no waves measured)",
  knock: "{station} (a knock: no water temperature)",
} as const;
/** What leads the bells of a burst. */
export const leads = {
  swell: "Bells spread from the highest waves: {station}",
  coast: "Bells follow the coasts from {station}",
  water: "Warm and cold water answer each other",
  waves: "High and low waves answer each other",
} as const;
export const knockFor = {
  waveHeightM: "{station}: a knock, no wave height",
  dominantPeriodS: "{station}: a knock, no wave period",
  windSpeedMps: "{station}: a knock, no wind speed",
  gustMps: "{station}: a knock, no gusts",
  windDirDeg: "{station}: a knock, no wind direction",
  waterTempC: "{station}: a knock, no water temperature",
  pressureHpa: "{station}: a knock, no air pressure",
} as const;
/** Introductions of a tuned-in station's values; `{reading}` is one of {@link readings}. */
export const introduced = {
  pressureHpa: "The drone throbs with the pressure: {reading}",
  waveHeightM: "The swell is louder with higher waves: {reading}",
  dominantPeriodS: "Its crests follow the wave period: {reading}",
  windSpeedMps: "The rushing is the wind speed: {reading}",
  gustMps: "It flutters with the gusts: {reading}",
  windDirDeg: "It comes from the wind's direction: {reading}",
  waterTempC: "The glass is higher with warmer water: {reading}",
} as const;
export const readings = {
  missing: "not measured here",
  stale: "too old to sound ({age})",
  rising: "{value}, rising",
  falling: "{value}, falling",
  steady: "{value}, steady",
} as const;
