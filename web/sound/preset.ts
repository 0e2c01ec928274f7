// Calm, Harbour and Instrument: what each chooses.

/** Three ways to listen; the mapping of the data is the same in all. */
export const presets = ["calm", "harbour", "instrument"] as const;

export type Preset = (typeof presets)[number];

/** Where something is heard: nowhere, where one station is tuned in or the past replayed, or with the whole network too. */
type Heard = "never" | "station" | "always";

/** What a preset chooses. */
export type PresetChoice = {
  name: string;
  words: string;
  /** Level of the sea. */
  seaDb: number;
  /** Level of the bells. */
  bellsDb: number;
  /** No more bells than this while a burst is spread. */
  bellsPerS: number;
  lighthouse: Heard;
  /** The water's tone; bells alone tell the temperature where it is not heard. */
  water: Heard;
  reverb: boolean;
  /** Bells at the exact pitch of the water instead of the nearest of sixteen notes. */
  exactBells: boolean;
};

/** The presets, by name. */
export const presetChoices: Record<Preset, PresetChoice> = {
  calm: {
    name: "Calm",
    words: "A quieter sea, softer bells, at most one a second, no lighthouse.",
    seaDb: -2,
    bellsDb: -4,
    bellsPerS: 1,
    lighthouse: "never",
    water: "station",
    reverb: true,
    exactBells: false,
  },
  harbour: {
    name: "Harbour",
    words: "The sea as it is, at most three bells in two seconds.",
    seaDb: 0,
    bellsDb: 0,
    bellsPerS: 1.5,
    lighthouse: "station",
    water: "station",
    reverb: true,
    exactBells: false,
  },
  instrument: {
    name: "Instrument",
    words: "For measuring by ear: no echo, the lighthouse and the water's tone everywhere, bells at the exact pitch.",
    // So much louder it would be, by its water and its lighthouse.
    seaDb: -1,
    bellsDb: -1,
    bellsPerS: 1.5,
    lighthouse: "always",
    water: "always",
    reverb: false,
    exactBells: true,
  },
};

/** Returns whether something is heard. @param network whether the whole network is listened to */
export function isHeard(heard: Heard, network: boolean): boolean {
  return network ? heard === "always" : heard !== "never";
}
