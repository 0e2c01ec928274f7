// The simulated weather of the whole Earth, hour by hour.

import { type Air, airAmong } from "./air.ts";
import type { Position } from "./geography.ts";
import { createSlots, type MovedSystem, move, type Ocean, type Storm } from "./systems.ts";

/** Pressure and wind of the whole Earth; `hour` counts hours of weather and may have a fraction. */
export type Atmosphere = {
  airAt(place: Position, hour: number): Air;
  /** The storms of one ocean whose swell may still be on its way. */
  stormsBefore(hour: number, ocean: Ocean): Storm[];
};

/** Swell of period 8 s needs some 300 hours for 7,000 km: longer than two lifetimes. */
const generationsOfSwell = 4;

/** One hour's weather, and what has been asked about it. */
type Hour = { systems: MovedSystem[]; airs: Map<Position, Air> };

/** Makes the weather that belongs to `seed`. What it remembers only saves time: every answer depends on its arguments alone. */
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
