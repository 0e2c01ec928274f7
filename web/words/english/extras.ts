// Words of the less used sound controls: mixer, sleep timer, recording and MIDI.

export const mixer = {
  title: "Mixer",
  solo: "Solo",
  layers: {
    waves: ["Waves", "Waves: level", "Waves: solo"],
    wind: ["Wind", "Wind: level", "Wind: solo"],
    pressure: ["Pressure", "Pressure: level", "Pressure: solo"],
    water: ["Water", "Water: level", "Water: solo"],
    lighthouse: ["Lighthouse", "Lighthouse: level", "Lighthouse: solo"],
    bells: ["Bells", "Bells: level", "Bells: solo"],
  },
} as const;
export const silentIn = "Silent in {time}";
export const recording = {
  start: "Record the sound",
  stop: "Stop and save",
  recording: "Recording…",
  impossible: "Nothing plays yet, or this browser cannot record; the last hour can be saved.",
  saved: "Saved {time}.",
} as const;
export const lastHour = {
  nothing: "Nothing has played yet.",
  rendering: "Rendering {time}…",
  saved: "Saved.",
  cancelled: "Cancelled.",
  failed: "It could not be rendered: {error}",
} as const;
export const midi = {
  none: "none",
  waiting: "Waiting for the browser's permission to use MIDI. It may ask you.",
  gone: "{device} is gone.",
  noDevice: "No MIDI device is connected.",
  unsupported: "This browser does not support MIDI. Chrome, Edge, Opera and Firefox do.",
  forbidden: "MIDI is not allowed for this page. Allow it in the browser's settings for this site.",
} as const;
