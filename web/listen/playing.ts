// A running programme: its score and the conditions that the score receives.

import { seaAtStation, seaOverStations } from "../sea/conditions.ts";
import type { SeaState } from "../sea/sea-state.ts";
import { nearness, vectorOf } from "../sea/sphere.ts";
import { nightDepth, subsolarPoint } from "../sea/sun.ts";
import type { Preset } from "../sound/preset.ts";
import { type BurstTally, createNetworkScore, type Report } from "../sound/score/network-score.ts";
import { createReplayScore } from "../sound/score/replay-score.ts";
import type { Score } from "../sound/score/score.ts";
import type { SeaScore } from "../sound/score/sea-score.ts";
import { createTuneScore } from "../sound/score/tune-score.ts";
import type { SoundEvent } from "../sound/sound-event.ts";
import type { Network } from "../state/network.ts";
import type { Programme } from "../state/page-state.ts";

/** A running programme. Times are seconds of its score. */
export type Playing = {
  readonly score: Score;
  /** Passes the current conditions to the score. */
  refresh(scoreTimeS: number): void;
  /** Returns the sound events for reports that just arrived; empty if the programme rings no reports. */
  arrive(reports: Report[], scoreTimeS: number): SoundEvent[];
  /** Rings a batch that arrived `ageS` seconds ago; no effect if the programme rings no reports. */
  join(reports: Report[], scoreTimeS: number, timing: { ageS: number; intervalS: number }): void;
  /** Returns the sea state that sounds. */
  sea(scoreTimeS: number): SeaState | null;
  /** Returns the past frame that sounds; `null` outside a replay. */
  frame(scoreTimeS: number): number | null;
  /** The newest burst; `null` if the programme rings no reports. */
  readonly tally: BurstTally | null;
};

/** The data that a programme plays, as known now. */
type KnownSea = { network: Network; inView: Iterable<string>; nowMs: number };

/** Duration of a replayed day. */
const replaySeconds = 60;

/** Live sound may differ each time. A recording renders the score's events, not its seed. */
const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;

/** Starts a programme. @param known returns the current data whenever the score needs it */
export function beginPlaying(programme: Programme, known: () => KnownSea): Playing {
  switch (programme.mode) {
    case "network":
      return playNetwork(
        programme.preset,
        () => regionalSea(known()),
        () => nightOver(known().inView, known()),
      );
    case "tune": {
      const { stationId, preset } = programme;
      const seaNow = () => {
        const { network, nowMs } = known();
        return seaAtStation(network.conditions.get(stationId), nowMs);
      };
      return playStation(stationId, preset, seaNow, () => nightOver([stationId], known()));
    }
    case "24h":
      return replay(programme);
  }
}

function playNetwork(preset: Preset, seaNow: () => SeaState, nightNow: () => number): Playing {
  const score = createNetworkScore({ seed: newSeed(), preset });
  return {
    ...live(score, seaNow, nightNow),
    arrive: (reports, scoreTimeS) => score.arrive(reports, scoreTimeS),
    join: score.join,
    get tally() {
      return score.tally;
    },
  };
}

function playStation(stationId: string, preset: Preset, seaNow: () => SeaState, nightNow: () => number): Playing {
  const score = createTuneScore({ stationId, seed: newSeed(), preset, introduction: true });
  return { ...live(score, seaNow, nightNow), arrive: () => [], join() {}, tally: null };
}

function live(
  score: SeaScore,
  seaNow: () => SeaState,
  nightNow: () => number,
): Omit<Playing, "arrive" | "join" | "tally"> {
  let sea = seaNow();
  score.setSea(sea, 0);
  score.setLight(nightNow(), 0);
  return {
    score,
    refresh(scoreTimeS) {
      sea = seaNow();
      score.setSea(sea, scoreTimeS);
      score.setLight(nightNow(), scoreTimeS);
    },
    sea: () => sea,
    frame: () => null,
  };
}

function replay({ day, fromFrame, preset }: Programme & { mode: "24h" }): Playing {
  const { frames } = day;
  const score = createReplayScore(frames, { seed: newSeed(), preset, seconds: replaySeconds, fromFrame });
  return {
    score,
    refresh() {},
    arrive: () => [],
    join() {},
    sea: (scoreTimeS) => frames[score.frameAt(scoreTimeS)] ?? null,
    frame: (scoreTimeS) => score.frameAt(scoreTimeS),
    tally: null,
  };
}

function regionalSea({ network, inView, nowMs }: KnownSea): SeaState {
  const known = Array.from(inView, (stationId) => network.conditions.get(stationId));
  return seaOverStations(
    known.filter((conditions) => conditions !== undefined),
    nowMs,
  );
}

/** Returns how much of the night stations have, 0..1, on average; 0 if none has a position. */
function nightOver(stationIds: Iterable<string>, { network, nowMs }: KnownSea): number {
  const { longitude, latitude } = subsolarPoint(nowMs);
  const sun = vectorOf(longitude, latitude);
  const nights = Array.from(stationIds).flatMap((stationId) => {
    const place = network.stations.get(stationId);
    if (!place || place.longitude === null || place.latitude === null) return [];
    return [nightDepth(nearness(vectorOf(place.longitude, place.latitude), sun))];
  });
  return nights.reduce((sum, night) => sum + night, 0) / Math.max(1, nights.length);
}
