// The bells of the page as OSC: the same score, in the same phrases.

import { type OscMessageInput, toBuffer } from "osc-min";
import type { ObservationMessage } from "../../shared/observation.ts";
import { createNetworkScore, type Report } from "../../web/sound/score/network-score.ts";
import type { SoundEvent } from "../../web/sound/sound-event.ts";

type Position = Pick<Report, "longitude" | "latitude">;

/** Reports that arrive within this time are one batch, as on the page. */
const gatherMs = 200;
/** How often the score is asked for bells that are due. */
const tickMs = 20;

/**
 * Rings the bells of reports: a single one at once, a batch in phrases until the next batch.
 * @param send receives each message when it is due
 * @returns a function that takes each report when it arrives
 */
export function ringBells(positions: Map<string, Position>, send: (packet: DataView) => void) {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  const score = createNetworkScore({ seed, preset: "harbour" });
  const startedMs = performance.now();
  const nowS = () => (performance.now() - startedMs) / 1_000;
  const play = (events: SoundEvent[]) => events.flatMap(bellMessage).forEach(send);
  let waiting: Report[] = [];
  setInterval(() => play(score.until(nowS())), tickMs);

  return ({ stationId, waveHeightM, waterTempC }: ObservationMessage) => {
    const position = positions.get(stationId) ?? { longitude: null, latitude: null };
    if (waiting.length === 0) setTimeout(arrive, gatherMs);
    waiting.push({ stationId, ...position, waveHeightM, waterTempC, inView: false });
  };

  function arrive(): void {
    play(score.arrive(waiting, nowS()));
    waiting = [];
  }
}

/** Returns the message of a stroke or of what leads the strokes; nothing for other events. */
function bellMessage(event: SoundEvent): DataView[] {
  switch (event.type) {
    case "bell":
      return message("bell", event.stationId, event.hz, event.hardness, event.gainDb, event.pan);
    case "bowed":
      return message("bowed", event.stationId, event.hz, event.gainDb, event.pan);
    case "knock":
      return message("knock", event.stationId, event.gainDb, event.pan);
    case "lead":
      return message("lead", event.way, event.from);
    default:
      return [];
  }
}

function message(name: string, ...values: (string | number | undefined)[]): DataView[] {
  const args = values.map((value = "") =>
    typeof value === "string" ? { type: "string" as const, value } : { type: "float" as const, value },
  );
  const input: OscMessageInput = { address: `/bellbuoy/${name}`, args };
  return [toBuffer(input)];
}
