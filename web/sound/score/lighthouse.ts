// The lighthouse's pings: ticks at north, and one ping in the wind's direction.

import type { SeaState } from "../../sea/sea-state.ts";
import {
  beamTimeOf,
  distanceOf,
  farLighthouseDbOf,
  lighthouseDbOf,
  lighthouseHz,
  lighthouseTurn,
  panOfDirection,
} from "../mapping.ts";
import type { EventOf } from "../sound-event.ts";

const { turnS, secondTickS, beamDelayS } = lighthouseTurn;

/** The sequence of the lighthouse's turns. */
type LighthousePings = {
  /** Returns the pings of the next turns that begin before `t`, each once. */
  until(t: number, sea: SeaState | null): EventOf<"ping">[];
  /** Brings the lighthouse near again, from `t` on. */
  comeNear(t: number): void;
};

/** Makes a lighthouse. It is silent without a wind speed, and only ticks at north without a wind direction. */
export function createLighthousePings(firstTurnS: number): LighthousePings {
  let nextTurnS = firstTurnS;
  let nearAtS = firstTurnS;

  return {
    until(t, sea) {
      const pings: EventOf<"ping">[] = [];
      for (; nextTurnS < t; nextTurnS += turnS) if (sea) pings.push(...pingsOfTurn(nextTurnS, sea, distanceDb()));
      return pings;
    },
    comeNear(t) {
      nearAtS = t;
    },
  };

  function distanceDb(): number {
    return farLighthouseDbOf(nextTurnS - nearAtS);
  }
}

function pingsOfTurn(
  t: number,
  { windSpeedMps, windDirDeg, agesMin }: SeaState,
  distanceDb: number,
): EventOf<"ping">[] {
  if (windSpeedMps === null) return [];
  const gainDb = lighthouseDbOf(windSpeedMps) + distanceOf(agesMin.windSpeedMps).fadeDb + distanceDb;
  const north = { type: "ping", hz: lighthouseHz.north, gainDb, pan: 0 } as const;
  const ticks = [
    { t, ...north },
    { t: t + secondTickS, ...north },
  ];
  if (windDirDeg === null) return ticks;
  const windS = t + beamDelayS + beamTimeOf(windDirDeg);
  return [...ticks, { t: windS, type: "ping", hz: lighthouseHz.wind, gainDb, pan: panOfDirection(windDirDeg) }];
}
