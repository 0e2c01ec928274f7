// The three presets: Calm, Harbour and Instrument.

/** Names of the presets; the mapping of the data is the same in all. */
export const presets = ["calm", "harbour", "instrument"] as const;

/** Name of a preset. */
export type Preset = (typeof presets)[number];

/** Where a sound is heard: never, for one station (tuned in or in a replay), or with the whole network too. */
type Heard = "never" | "station" | "always";

/** The settings of a preset. */
export type PresetChoice = {
  /** Level added to the sea's layers, in dB. */
  seaDb: number;
  /** Level added to the bells, in dB. */
  bellsDb: number;
  /** Max bells per second while a burst is spread. */
  bellsPerS: number;
  lighthouse: Heard;
  /** The glass tone of the water; without it only bells give the temperature. */
  water: Heard;
  reverb: boolean;
  /** Whether bells have the exact pitch of the water instead of the nearest of 16 notes. */
  exactBells: boolean;
};

/** The presets, by name. */
export const presetChoices: Record<Preset, PresetChoice> = {
  calm: {
    seaDb: -2,
    bellsDb: -4,
    bellsPerS: 1,
    lighthouse: "never",
    water: "station",
    reverb: true,
    exactBells: false,
  },
  harbour: {
    seaDb: 0,
    bellsDb: 0,
    bellsPerS: 1.5,
    lighthouse: "station",
    water: "station",
    reverb: true,
    exactBells: false,
  },
  instrument: {
    // Compensates for the level that the glass and the lighthouse add.
    seaDb: -1,
    bellsDb: -1,
    bellsPerS: 1.5,
    lighthouse: "always",
    water: "always",
    reverb: false,
    exactBells: true,
  },
};

/**
 * Returns whether a sound is heard.
 * @param network whether the listener hears the whole network
 */
export function isHeard(heard: Heard, network: boolean): boolean {
  return network ? heard === "always" : heard !== "never";
}
