// Creates and moves the highs and lows of the simulated weather.

import { kmPerDegree, type Position, radians } from "./geography.ts";
import { randomBetween, randomOf } from "./random.ts";

/** Names an ocean in which swell travels from storms to stations. */
export type Ocean = "pacific" | "atlantic";

/** Describes a low at its deepest, when it sends out most swell. */
export type Storm = Position & { peakHour: number; depthHpa: number };

type Range = readonly [min: number, max: number];

/** Birthplace and motion of systems of one kind. Each of `count` slots has one living system at any time. */
type Track = {
  count: number;
  lat: Range;
  /** Degrees east, up to 360 east of the date line. */
  lon: Range;
  eastKmh: Range;
  northKmh: Range;
  /** Amplitude at its strongest; negative for a low. */
  amplitudeHpa: Range;
  radiusKm: Range;
  ocean: Ocean | null;
};

/** Describes the birth, size and motion of a high or low. */
type Motion = Position & {
  bornHour: number;
  latPerHour: number;
  lonPerHour: number;
  amplitudeHpa: number;
  radiusKm: number;
};

type System = Motion & { peak: Storm };

/** Describes a high or low at one hour. */
export type MovedSystem = Position & { amplitudeHpa: number; radiusKm: number };

/** Lows in the westerlies are deepest. Highs are wider and slower. Tropical lows are small and move west. */
const tracks: Track[] = [
  low("pacific", 5, [38, 54], [140, 210], [-38, -12]),
  low(null, 3, [34, 48], [245, 270], [-22, -8]),
  low("atlantic", 4, [36, 54], [282, 325], [-38, -12]),
  low("pacific", 4, [-58, -44], [150, 270], [-40, -18]),
  low("atlantic", 3, [-56, -42], [300, 360], [-36, -15]),
  high(3, [30, 44], [180, 225]),
  high(2, [36, 52], [235, 260]),
  high(3, [28, 42], [295, 335]),
  high(2, [-36, -24], [200, 275]),
  high(2, [-36, -24], [320, 355]),
  tropicalLow("pacific", 2, [10, 17], [200, 250]),
  tropicalLow("atlantic", 1, [11, 18], [310, 335]),
  tropicalLow("atlantic", 1, [14, 24], [275, 295]),
];

const lifetimeHours = 144;

function low(ocean: Ocean | null, count: number, lat: Range, lon: Range, amplitudeHpa: Range): Track {
  const northKmh: Range = lat[0] > 0 ? [0, 8] : [-4, 4];
  return { ocean, count, lat, lon, amplitudeHpa, eastKmh: [25, 45], northKmh, radiusKm: [500, 950] };
}

function high(count: number, lat: Range, lon: Range): Track {
  const track = { eastKmh: [5, 22], northKmh: [-3, 3], amplitudeHpa: [5, 13], radiusKm: [900, 1600] } as const;
  return { ocean: null, count, lat, lon, ...track };
}

function tropicalLow(ocean: Ocean, count: number, lat: Range, lon: Range): Track {
  const track = { eastKmh: [-24, -12], northKmh: [0, 7], amplitudeHpa: [-10, -3], radiusKm: [280, 420] } as const;
  return { ocean, count, lat, lon, ...track };
}

/** A slot of a track, in which one system follows another. */
type Slot = { track: Track; systemOf(generation: number): System; generationAt(hour: number): number };

/** Creates the slots of all tracks with the systems of a seed. */
export function createSlots(seed: number): Slot[] {
  const names = tracks.flatMap((track, index) =>
    Array.from({ length: track.count }, (_, place) => ({ track, name: `track ${index}/${place}` })),
  );
  return names.map(({ track, name }) => {
    // Slots change generation at different times, so that the weather never changes everywhere at once.
    const shiftHours = randomOf(seed, name) * lifetimeHours;
    const known = new Map<number, System>();
    return {
      track,
      generationAt: (hour) => Math.floor((hour - shiftHours) / lifetimeHours),
      systemOf(generation) {
        const remembered = known.get(generation);
        if (remembered) return remembered;
        const born = bear(seed, `${name}/${generation}`, track, generation * lifetimeHours + shiftHours);
        known.set(generation, born);
        return born;
      },
    };
  });
}

function bear(seed: number, name: string, track: Track, bornHour: number): System {
  const draw = (what: string, range: Range) => randomBetween(seed, `${name}/${what}`, range);
  const birthLat = draw("lat", track.lat);
  const system = {
    lat: birthLat,
    lon: draw("lon", track.lon),
    bornHour,
    latPerHour: draw("north", track.northKmh) / kmPerDegree,
    lonPerHour: draw("east", track.eastKmh) / (kmPerDegree * Math.cos(radians(birthLat))),
    amplitudeHpa: draw("amplitude", track.amplitudeHpa),
    radiusKm: draw("radius", track.radiusKm),
  };
  const peakHour = bornHour + lifetimeHours / 2;
  const { lat, lon, amplitudeHpa } = move(system, peakHour);
  return { ...system, peak: { lat, lon, peakHour, depthHpa: -amplitudeHpa } };
}

/** Returns position and strength of a system at an hour. */
export function move(system: Motion, hour: number): MovedSystem {
  const age = hour - system.bornHour;
  return {
    lat: system.lat + system.latPerHour * age,
    lon: system.lon + system.lonPerHour * age,
    amplitudeHpa: system.amplitudeHpa * Math.sin((Math.PI * age) / lifetimeHours) ** 2,
    radiusKm: system.radiusKm,
  };
}
