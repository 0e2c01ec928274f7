// A programme that plays: its score, and the sea that the score is given.

import { seaAtStation, seaOverStations } from "../sea/conditions.ts";
import type { Preset } from "../sound/preset.ts";
import { type BurstTally, createNetworkScore, type Report } from "../sound/score/network-score.ts";
import { createReplayScore } from "../sound/score/replay-score.ts";
import type { Score } from "../sound/score/score.ts";
import { createTuneScore } from "../sound/score/tune-score.ts";
import type { SeaState } from "../sound/sea-state.ts";
import type { SoundEvent } from "../sound/sound-event.ts";
import type { Network } from "../state/network.ts";
import type { Programme } from "../state/programme.ts";

/** A programme that plays. Times are seconds of its score. */
export type Playing = {
  readonly score: Score;
  /** Gives the score the sea as it is now. */
  refresh(scoreTimeS: number): void;
  /** Returns what reports that have just arrived sound like now; nothing where no reports ring. */
  arrive(reports: Report[], scoreTimeS: number): SoundEvent[];
  /** Returns the sea that is heard. */
  sea(scoreTimeS: number): SeaState | null;
  /** Returns the frame of the past that is heard; `null` where nothing is replayed. */
  frame(scoreTimeS: number): number | null;
  /** Of the newest burst; `null` where no reports ring. */
  readonly tally: BurstTally | null;
};

/** What is known now of the sea. */
type KnownSea = { network: Network; inView: Iterable<string>; nowMs: number };

/** A day in a minute. */
const replaySeconds = 60;

/** Live sound need not be the same twice; what is rendered again takes the score's events, not its seed. */
const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;

/** Begins a programme. @param known asked whenever the score needs the sea */
export function beginPlaying(programme: Programme, known: () => KnownSea): Playing {
  switch (programme.mode) {
    case "network":
      return playNetwork(programme.preset, () => regionalSea(known()));
    case "tune": {
      const { stationId, preset } = programme;
      return playStation(stationId, preset, () => {
        const { network, nowMs } = known();
        return seaAtStation(network.conditions.get(stationId), nowMs);
      });
    }
    case "24h":
      return replay(programme);
  }
}

function playNetwork(preset: Preset, seaNow: () => SeaState): Playing {
  const score = createNetworkScore({ seed: newSeed(), preset });
  return {
    ...live(score, seaNow),
    arrive: (reports, scoreTimeS) => score.arrive(reports, scoreTimeS),
    get tally() {
      return score.tally;
    },
  };
}

function playStation(stationId: string, preset: Preset, seaNow: () => SeaState): Playing {
  const score = createTuneScore({ stationId, seed: newSeed(), preset, introduction: true });
  return { ...live(score, seaNow), arrive: () => [], tally: null };
}

function live(
  score: Score & { setSea(sea: SeaState, scoreTimeS: number): void },
  seaNow: () => SeaState,
): Omit<Playing, "arrive" | "tally"> {
  let sea = seaNow();
  score.setSea(sea, 0);
  return {
    score,
    refresh(scoreTimeS) {
      sea = seaNow();
      score.setSea(sea, scoreTimeS);
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
