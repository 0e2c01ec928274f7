// The colour of the hour: the night is darker and rings longer.

import type { EventOf } from "../../sound-event.ts";
import type { BiquadFilter, Gain } from "../../tone.ts";
import type { Nodes } from "../nodes.ts";
import { nearRoom } from "../room.ts";

/** Gain above the shelf's frequency at night, in dB. */
const nightShelfDb = -3;
/** Echo of the bells at night, compared with the day. */
const nightRoom = 2;
const tauS = 1.2;

/**
 * Makes the colour of the hour.
 * @param shelf filter of the whole mix
 * @param room gain of the bells' echo
 */
export function createLight(nodes: Nodes, shelf: BiquadFilter, room: Gain) {
  const [colour, echo] = [nodes.settingOf(shelf), nodes.settingOf(room)];
  return {
    set({ night }: EventOf<"light">, atS: number) {
      colour.to(nightShelfDb * night, atS, tauS);
      echo.to(nearRoom * (1 + (nightRoom - 1) * night), atS, tauS);
    },
  };
}
