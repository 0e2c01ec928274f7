// Words of index.html and of the manifest, as HTML. An attribute has no markup and no double quote.

export const title = "bellbuoy: hear the sea";
export const description =
  "Hear the sea as it is now: the swell follows the waves, the wind comes from its true direction, and reports of NOAA's buoys ring bells.";
/** Shown by the system after the page was installed. */
export const installed = "The sea as its buoys report it, made audible.";
export const skip = "Skip to the sound";
export const tagline = "hear the sea";
/** A narrow page shows only the part in `strong`. */
export const simulated = "<strong>Simulated sea</strong><span>, nothing here was measured</span>";
export const noScript = "This page needs JavaScript.";

export const main = "Map and stations";
export const map = "Map";
export const mapKeys = "Map of the stations: arrow keys choose one, plus and minus zoom";
export const noChoice = "No station is chosen";
export const zoomIn = "Zoom in";
export const zoomOut = "Zoom out";
export const wholeWorld = "Whole world";
export const legend = "Key";
export const legendLabel = "Key: what the marks mean";
export const invitation = "This is the sea, as it is now.";
export const whatSounds =
  "The swell follows the real waves, the wind comes from its true direction, and the reports of the buoys ring bells.";
export const stations = "Stations";

export const sound = "Sound";
export const replayPosition = "Time within the past 24 hours";
export const backToNow = "Back to now";
export const mode = "Mode";
export const modeNetwork = "Network";
export const modeTune = "Tune in";
export const modePast = "24 hours";
export const presetCalm = "Calm";
export const presetHarbour = "Harbour";
export const presetInstrument = "Instrument";
export const volume = "Volume";
export const more = "More";

export const units = "Units";
export const unitsWaves = "Waves";
export const unitsWind = "Wind";
export const unitsTemperature = "Temperature";
export const words = "Words";
export const captions = "Captions of the sound";
export const announcements = "Announce the sound to my screen reader";
export const sleepTimer = "Sleep timer";
export const stopAfter = "Stop after";
export const sleepNever = "never";
export const sleep15 = "15 minutes";
export const sleep30 = "30 minutes";
export const sleep60 = "1 hour";
export const sleep120 = "2 hours";
export const recording = "Recording";
export const saveHour = "Save the last hour as WAV";
export const cancel = "Cancel";
export const savingHour = "Rendering the last hour";
export const thisServer = "This server";
export const midi = "MIDI out";
export const chooseInstrument = "Choose an instrument";
export const midiOutput = "Output";

export const about = "What you hear";
export const close = "Close";
export const aboutSound =
  "You hear a continuous sea, and bells. The sea plays the conditions in view; a bell rings when a report arrives. A missing value is never played as zero: it has its own sound.";
export const aboutData =
  "<strong>Not for navigation.</strong> Reports are usually 20 to 100 minutes old and may be wrong. The data come from NOAA's National Data Buoy Center (NDBC) and its partners, who do not endorse bellbuoy. A station's card names its owner. The coastlines come from Natural Earth.";
export const keys = "Keys";
export const shortcuts = "Shortcuts of a single letter or sign";
export const showKeys = "Show all keys";
export const footer =
  '<strong>Not for navigation.</strong> Data: <a href="https://www.ndbc.noaa.gov/" rel="noopener">NOAA\'s NDBC</a> and its partners, usually 20 to 100 minutes old. Land: <a href="https://www.naturalearthdata.com/" rel="noopener">Natural Earth</a>. <a href="./licences.txt">Licences</a>.';
