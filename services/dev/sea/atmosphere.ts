import { kmPerDegree, offsetKm, type Position, radians } from "./geography.ts";
import { randomBetween, randomOf } from "./random.ts";

/** An ocean that carries swell from its storms to its shores. */
export type Ocean = "pacific" | "atlantic";

/** Wind as the vector it blows along, near the surface and without gusts. */
export type Wind = { eastMps: number; northMps: number };

/** Wind, and pressure at sea level. */
export type Air = Wind & { pressureHpa: number };

/** A low at its deepest, when it sends out most of its swell. */
export type Storm = Position & { peakHour: number; depthHpa: number };

/** Pressure and wind of the whole Earth; `hour` counts hours of weather and may have a fraction. */
export type Atmosphere = {
  airAt(place: Position, hour: number): Air;
  /** The storms of one ocean whose swell may still be on its way. */
  stormsBefore(hour: number, ocean: Ocean): Storm[];
};

type Range = readonly [least: number, most: number];

/** Where systems of one kind are born, and how they go on. Each of `count` places has one system alive at any time. */
type Track = {
  count: number;
  lat: Range;
  /** Degrees east, and so up to 360 beyond the date line. */
  lon: Range;
  eastKmh: Range;
  northKmh: Range;
  /** At its strongest; negative for a low. */
  amplitudeHpa: Range;
  radiusKm: Range;
  ocean: Ocean | null;
};

/** How a high or low is born, grows, moves and fades. */
type Motion = Position & {
  bornHour: number;
  latPerHour: number;
  lonPerHour: number;
  amplitudeHpa: number;
  radiusKm: number;
};

type System = Motion & { peak: Storm };

type MovedSystem = Position & { amplitudeHpa: number; radiusKm: number };

/** Lows of the westerlies are deepest, highs wider and slower, and what the tropics breed is small and goes west. */
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

/** Swell of period 8 s needs some 300 hours for 7,000 km: longer than two lifetimes. */
const generationsOfSwell = 4;

/** Farther than this no system lowers or raises the pressure of its belt. */
const deepestHpa = 42;

/** The part of the geostrophic wind that is left at the surface of the sea. */
const surfaceFraction = 0.95;
/** A curved and a rough path slow strong wind most: half of it is gone at this speed. */
const halvingMps = 50;
/** Friction turns the wind this far towards low pressure; over the sea 15 to 20 degrees. */
const crossIsobarAngle = radians(18);
/** Nearer to the equator than this the wind no longer follows the isobars: the trade winds blow instead. */
const tradesLatDeg = 15;
const tradesMps = 6.5;

const airDensity = 1.22;
const earthRotation = 7.292e-5;

/** The weather that belongs to `seed`. What it remembers only saves time: every answer depends on its arguments alone. */
export function createAtmosphere(seed: number): Atmosphere {
  const slots = createSlots(seed);
  const known = new Map<number, Hour>();

  function weatherOf(hour: number): Hour {
    const remembered = known.get(hour);
    if (remembered) return remembered;
    const systems = slots.map((slot) => move(slot.systemOf(slot.generationAt(hour)), hour));
    const weather = { systems, airs: new Map() };
    if (known.size > 500) known.clear();
    known.set(hour, weather);
    return weather;
  }

  return {
    airAt(place, hour) {
      const { systems, airs } = weatherOf(hour);
      const remembered = airs.get(place);
      if (remembered) return remembered;
      const air = airOf(pressureField(systems, place), place.lat);
      airs.set(place, air);
      return air;
    },
    stormsBefore(hour, ocean) {
      const storms: Storm[] = [];
      for (const slot of slots) {
        if (slot.track.ocean !== ocean) continue;
        const generation = slot.generationAt(hour);
        for (let ago = 0; ago < generationsOfSwell; ago++) {
          const { peak } = slot.systemOf(generation - ago);
          if (peak.peakHour < hour) storms.push(peak);
        }
      }
      return storms;
    },
  };
}

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

/** One hour's weather, and what has been asked about it. */
type Hour = { systems: MovedSystem[]; airs: Map<Position, Air> };

/** A place in a track, where one system follows another. */
type Slot = { track: Track; systemOf(generation: number): System; generationAt(hour: number): number };

function createSlots(seed: number): Slot[] {
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

function move(system: Motion, hour: number): MovedSystem {
  const age = hour - system.bornHour;
  return {
    lat: system.lat + system.latPerHour * age,
    lon: system.lon + system.lonPerHour * age,
    amplitudeHpa: system.amplitudeHpa * Math.sin((Math.PI * age) / lifetimeHours) ** 2,
    radiusKm: system.radiusKm,
  };
}

/** Pressure at one place and how it rises towards east and north, in hPa per km. */
type PressureField = { pressureHpa: number; eastward: number; northward: number };

/** The belts of the Earth with the systems upon them; each system is a bell (Gauss) of pressure. */
function pressureField(systems: MovedSystem[], place: Position): PressureField {
  const sum = { pressureHpa: 0, eastward: 0, northward: 0 };
  for (const system of systems) {
    const reachKm = 4 * system.radiusKm;
    if (Math.abs(place.lat - system.lat) * kmPerDegree > reachKm) continue;
    const { eastKm, northKm } = offsetKm(system, place);
    if (Math.abs(eastKm) > reachKm) continue;
    const spread = system.radiusKm ** 2;
    const pressureHpa = system.amplitudeHpa * Math.exp(-(eastKm ** 2 + northKm ** 2) / (2 * spread));
    sum.pressureHpa += pressureHpa;
    sum.eastward -= (pressureHpa * eastKm) / spread;
    sum.northward -= (pressureHpa * northKm) / spread;
  }
  // Systems that meet deepen each other, but not without end.
  const share = Math.tanh(sum.pressureHpa / deepestHpa);
  const belt = belts(place.lat);
  return {
    pressureHpa: belt.pressureHpa + deepestHpa * share,
    eastward: belt.eastward + sum.eastward * (1 - share ** 2),
    northward: belt.northward + sum.northward * (1 - share ** 2),
  };
}

/** Low pressure at the equator, high at 32 degrees, low again at 62, deeper in the south, where no land is in the way. */
function belts(lat: number): PressureField {
  const poleward = lat < 0 ? -1 : 1;
  const field = { pressureHpa: 1011, eastward: 0, northward: 0 };
  const rings = [
    { lat: 32, width: 12, hpa: 9 },
    { lat: 62, width: 12, hpa: lat < 0 ? -22 : -6 },
  ];
  for (const ring of rings) {
    const away = (Math.abs(lat) - ring.lat) / ring.width;
    const pressureHpa = ring.hpa * Math.exp((-away * away) / 2);
    field.pressureHpa += pressureHpa;
    field.northward -= (poleward * pressureHpa * away) / (ring.width * kmPerDegree);
  }
  return field;
}

/** Wind along the isobars, slowed and turned by the sea; near the equator the trade winds. */
function airOf(field: PressureField, lat: number): Air {
  const hemisphere = lat < 0 ? -1 : 1;
  const coriolis = hemisphere * 2 * earthRotation * Math.sin(radians(Math.max(Math.abs(lat), tradesLatDeg)));
  // 1 hPa per km is 0.1 Pa per m.
  const perGradient = 0.1 / (airDensity * coriolis);
  const along = { eastMps: -perGradient * field.northward, northMps: perGradient * field.eastward };

  const free = surfaceFraction * Math.hypot(along.eastMps, along.northMps);
  const slowed = surfaceFraction / (1 + free / halvingMps);
  const turn = hemisphere * crossIsobarAngle;
  const follow = Math.min(1, Math.abs(lat) / tradesLatDeg) ** 2;
  return {
    pressureHpa: field.pressureHpa,
    eastMps:
      follow * slowed * (along.eastMps * Math.cos(turn) - along.northMps * Math.sin(turn)) - (1 - follow) * tradesMps,
    northMps:
      follow * slowed * (along.eastMps * Math.sin(turn) + along.northMps * Math.cos(turn)) -
      (1 - follow) * hemisphere * tradesMps * 0.3,
  };
}
