// Words of the table that explains the mapping from data to sound.

export const heads = ["Measured", "You hear", "From", "To", "Not measured"] as const;
export const end = "{value}: {sound}";
export const rows = {
  waveHeightM: {
    measured: "Wave height",
    heard:
      "Swell, and foam on its crests: loudness and brightness. How hard a bell is struck. The height is measured; the single waves that strike a tuned-in station's bell are simulated from it",
    least: "a murmur; a soft, dark stroke",
    most: "a roar; a hard, bright stroke",
    missing: "no swell, a knock; the bell of a report is bowed, without a stroke",
  },
  dominantPeriodS: {
    measured: "Wave period",
    heard: "Time from crest to crest, in real time",
    least: "a crest every three seconds",
    most: "a crest every twenty seconds",
    missing: "no crests: the swell stays level; a knock",
  },
  windSpeedMps: {
    measured: "Wind speed",
    heard: "Wind: how high it howls, and how loud",
    least: "a low breath",
    most: "a high howl",
    missing: "no wind, no lighthouse, a knock",
  },
  gustMps: {
    measured: "Gusts",
    heard: "How much the wind flutters: gusts above the mean wind",
    least: "steady",
    most: "fluttering",
    missing: "steady; a knock",
  },
  windDirDeg: {
    measured: "Wind direction",
    heard:
      "Left and right, facing north. The lighthouse: two ticks at north, and a ping when its beam meets the wind (clockwise, one turn in seven seconds)",
    least: "north",
    most: "north again",
    missing: "wind in the middle; ticks without a ping, or a knock if there are no ticks",
  },
  waterTempC: {
    measured: "Water temperature",
    heard: "Pitch: one semitone per degree for the bowed glass, 16 notes for bells",
    least: "low, A3",
    most: "high, A6",
    missing: "no glass; a knock on wood, without pitch",
  },
  pressureHpa: {
    measured: "Air pressure",
    heard: "How fast the deep drone throbs: twice as fast for every 15 hPa less",
    least: "nine times a second",
    most: "once in eight seconds",
    missing: "the drone is held, quiet, without a throb; a knock",
  },
  longitude: {
    measured: "Longitude of the station",
    heard: "Position of its bell, from the middle of the network",
    least: "west: left",
    most: "east: right",
    missing: "in the middle",
  },
  age: {
    measured: "Age of a value",
    heard: "Distance: older is softer, by 6 dB an hour, and echoes more",
    least: "near",
    most: "gone, as if not measured",
    missing: "near",
  },
} as const;
