// Simulates the weather of the whole Earth, hour by hour.

import { type Air, airAmong } from "./air.ts";
import type { Position } from "./geography.ts";
import { createSlots, type MovedSystem, move, type Ocean, type Storm } from "./systems.ts";

/** Returns pressure and wind anywhere on Earth; `hour` counts hours of weather and may be a fraction. */
export type Atmosphere = {
  airAt(place: Position, hour: number): Air;
  /** Returns the storms of an ocean whose swell may still be travelling. */
  stormsBefore(hour: number, ocean: Ocean): Storm[];
};

/** Swell with a period of 8 s takes about 300 hours for 7,000 km, longer than two lifetimes of a system. */
const generationsOfSwell = 4;

/** Caches the systems of one hour and the air computed from them. */
type Hour = { systems: MovedSystem[]; airs: Map<Position, Air> };

/** Creates the weather of a seed. Its cache only saves time: results depend on seed and arguments alone. */
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
      const air = airAmong(systems, place);
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
