// A page with only a player, for tests/browser/playback.test.ts.

import { systemClock } from "../../shared/clock.ts";
import type { SeaState } from "../../web/sea/sea-state.ts";
import { createPlayer, type PlayerState } from "../../web/sound/playback/player.ts";
import type { JournalEntry, Segment } from "../../web/sound/recording/journal.ts";
import { renderSegment } from "../../web/sound/recording/render-segment.ts";
import { renderPieces } from "../../web/sound/recording/render-wav.ts";
import { createNetworkScore } from "../../web/sound/score/network-score.ts";
import type { Score } from "../../web/sound/score/score.ts";
import { createTuneScore } from "../../web/sound/score/tune-score.ts";
import { layers, type SoundEvent } from "../../web/sound/sound-event.ts";
import type { Waveforms } from "../../web/sound/timbre/waveforms.ts";

// The page offers its player to tests as `globalThis.playback`.

const sea: SeaState = {
  waveHeightM: 2,
  dominantPeriodS: 6,
  windSpeedMps: 8,
  gustMps: 10,
  windDirDeg: 90,
  waterTempC: 13,
  pressureHpa: 1_010,
  agesMin: {},
};

const sampleRate = 48_000;

const contexts: AudioContext[] = [];
const taps: AnalyserNode[] = [];
globalThis.AudioContext = class extends AudioContext {
  constructor(options?: AudioContextOptions) {
    super(options);
    contexts.push(this);
  }
};

/** Taps the audio that goes to the loudspeaker. */
const connect = AudioNode.prototype.connect as (...args: unknown[]) => AudioNode;
AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
  if (args[0] instanceof AudioDestinationNode && this.context instanceof AudioContext) {
    const tap = new AnalyserNode(this.context, { fftSize: 512 });
    taps.push(tap);
    connect.call(this, tap);
  }
  return connect.apply(this, args);
} as typeof AudioNode.prototype.connect;

/** The waveforms of the player's worker, reused because computing them takes long. */
const made = Promise.withResolvers<Waveforms>();
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    if (String(url).includes("waveform-worker")) this.addEventListener("message", ({ data }) => made.resolve(data));
  }
};

/** Simulates a browser that throttles the timers of a page hidden and silent for minutes. */
let timersRest = false;
const beginInterval = setInterval;
Object.assign(globalThis, {
  setInterval: (handler: () => void, ms: number) => beginInterval(() => timersRest || handler(), ms),
});

const states: PlayerState[] = [];
const sounds: { event: SoundEvent; atMs: number }[] = [];

const player = createPlayer(
  {
    onState: (state) => states.push(state),
    onSound: (event, atMs) => sounds.push({ event, atMs }),
    onReported() {},
  },
  systemClock,
);

let hasSounded = false;
const button = document.createElement("button");
button.id = "start";
button.textContent = "start";
button.addEventListener("click", async () => {
  const sounding = untilSound();
  await player.start();
  await sounding;
  hasSounded = true;
});
document.body.append(button);

/** Resolves as soon as the player emits an audible sample. */
async function untilSound(): Promise<number> {
  while (level() < 1e-4) await new Promise((resolve) => setTimeout(resolve, 1));
  return performance.now();
}

/** Returns the largest of the last 512 samples. */
function level(): number {
  const samples = new Float32Array(512);
  const peaks = taps.map((tap) => {
    tap.getFloatTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  });
  return Math.max(0, ...peaks);
}

const playback = {
  player,
  states,
  sounds,
  contexts,
  layers,
  level,
  restTimers(rest: boolean) {
    timersRest = rest;
  },
  untilSound,
  get hasSounded() {
    return hasSounded;
  },
  tune(): Score {
    const score = createTuneScore({ seed: 3, preset: "harbour", introduction: false });
    score.setSea(sea, 0);
    return score;
  },
  network() {
    const score = createNetworkScore({ seed: 3, preset: "harbour" });
    score.setSea(sea, 0);
    return score;
  },
  report: (stationId: string, longitude = -70) => ({
    stationId,
    longitude,
    latitude: 40,
    waterTempC: 13,
    waveHeightM: 2,
    inView: true,
  }),
  /**
   * Returns the largest difference between a recording rendered in pieces and one rendered at once: before the join one
   * minute after the start, at the join, and after it. The recording contains a tuned-in station, a change of station
   * and a change of the sea.
   */
  async compareRecordings() {
    // Like the player, load Tone.js only when needed.
    const { createEngine } = await import("../../web/sound/engine/engine.ts");
    // Convolving with the whole room takes most of the rendering time.
    const whole = await made.promise;
    const waveforms = { ...whole, room: whole.room.slice(0, sampleRate / 4) };
    const [tunedInS, beginS, switchedS, seconds] = [1, 3, 33.37, 64];
    const one = playback.tune();
    const entries = eventsOf(one.until(switchedS - tunedInS), tunedInS);
    entries.push({ kind: "switch", atS: switchedS }, { kind: "level", layer: "wind", level: 0.7, atS: switchedS + 5 });
    const other = createTuneScore({ seed: 4, preset: "harbour", introduction: true });
    other.setSea({ ...sea, dominantPeriodS: 17, waterTempC: 21.3 }, 0);
    other.until(15);
    other.setSea({ ...sea, dominantPeriodS: 17, waterTempC: 21.4, pressureHpa: 1_007.7 }, 15.123);
    entries.push(...eventsOf(other.until(seconds + beginS - switchedS), switchedS));
    entries.sort((a, b) => a.atS - b.atS);
    const segment: Segment = { beginS, endS: beginS + seconds, before: [], entries };
    const render = (piece: Segment) => renderSegment(piece, waveforms, createEngine);
    const [sinceOpened = new Float32Array()] = await render({ ...segment, beginS: 0 });
    const atOnce = sinceOpened.subarray(beginS * sampleRate);
    const off = new Float32Array(atOnce.length);
    let frame = 0;
    for await (const [left = new Float32Array()] of renderPieces(segment, { sampleRate, render })) {
      for (const sample of left) off[frame] = Math.abs(sample - (atOnce[frame++] ?? Number.NaN));
    }
    const join = 60 * sampleRate;
    const most = (samples: Float32Array) => samples.reduce((a, b) => Math.max(a, b), 0);
    return {
      frames: frame,
      before: most(off.subarray(0, join)),
      atJoin: most(off.subarray(join, join + 0.1 * sampleRate)),
      after: most(off.subarray(join + 0.1 * sampleRate)),
      peak: most(atOnce.map(Math.abs)),
    };
  },
  /** Creates a score of only these events. */
  scoreOf(events: SoundEvent[]): Score {
    let waiting = events;
    return {
      until(t) {
        const due = waiting.filter((event) => event.t < t);
        waiting = waiting.filter((event) => event.t >= t);
        return due;
      },
    };
  },
};

function eventsOf(events: SoundEvent[], startS: number): JournalEntry[] {
  return events.map((event) => ({ kind: "event", event, atS: startS + event.t }));
}

/** The object that tests use. */
export type Playback = typeof playback;
Object.assign(globalThis, { playback });
