// The large button that starts the sound. It names what will be heard, also to somebody who follows a link.

import type { Clock } from "../../shared/clock.ts";
import { find, setText } from "../dom/dom.ts";
import { currentValue } from "../sea/conditions.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import * as words from "../words/english/invitation.ts";
import { fill } from "../words/message.ts";
import { formatMeasurement } from "../words/units.ts";

/** Shows the button. @param listen starts the sound */
export function showInvitation(state: PageState, listen: () => unknown, clock: Clock): void {
  const button = find("hear", HTMLButtonElement);
  const { view, units, network } = state;
  button.addEventListener("click", () => void listen());
  observe([view, units, state.stationsLoaded, state.conditionsLoaded, state.minute], () => setText(button, describe()));

  function describe(): string {
    const { mode, stationId } = view.value;
    if (mode === "network") return words.network;
    if (stationId === null) return words.past;
    const station = network.stations.get(stationId)?.name ?? stationId;
    if (mode === "24h") return fill(words.pastOfStation, { station });
    const height = currentValue(network.conditions.get(stationId), "waveHeightM", clock.now());
    if (height === null) return fill(words.station, { station });
    return fill(words.stationWithWaves, { station, height: formatMeasurement("waveHeightM", height, units.value) });
  }
}
