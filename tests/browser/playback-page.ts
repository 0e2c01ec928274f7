import type { JournalEntry, Stretch } from "../../web/sound/journal.ts";
import { createNetworkScore } from "../../web/sound/network-score.ts";
import { renderWav } from "../../web/sound/offline-recording.ts";
import { createPlayer, type PlayerState } from "../../web/sound/player.ts";
import { renderStretch } from "../../web/sound/render-stretch.ts";
import type { Score } from "../../web/sound/score.ts";
import type { SeaState } from "../../web/sound/sea-state.ts";
import type { SoundEvent } from "../../web/sound/sound-event.ts";
import { createTuneScore } from "../../web/sound/tune-score.ts";
import { makeWaveforms } from "../../web/sound/waveforms.ts";

// A page with a player and nothing else, and what a test may ask of it: `globalThis.playback`.

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

/** Listens in on whatever goes to the loudspeaker. */
const connect = AudioNode.prototype.connect as (...args: unknown[]) => AudioNode;
AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
  if (args[0] instanceof AudioDestinationNode && this.context instanceof AudioContext) {
    const tap = new AnalyserNode(this.context, { fftSize: 512 });
    taps.push(tap);
    connect.call(this, tap);
  }
  return connect.apply(this, args);
} as typeof AudioNode.prototype.connect;

const states: PlayerState[] = [];
const sounds: { event: SoundEvent; atMs: number; toldAtMs: number }[] = [];
const longTasks: number[] = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
  type: "longtask",
});

const player = createPlayer({
  onState: (state) => states.push(state),
  onSound: (event, atMs) => sounds.push({ event, atMs, toldAtMs: performance.now() }),
});

let clickedAtMs = Number.NaN;
let firstSoundAtMs = Number.NaN;
let started = false;
const button = document.createElement("button");
button.id = "start";
button.textContent = "start";
button.addEventListener("click", async () => {
  clickedAtMs = performance.now();
  const sounding = untilSound();
  await player.start();
  started = true;
  firstSoundAtMs = await sounding;
});
document.body.append(button);

/** Resolves as soon as a sample that can be heard leaves the player. */
async function untilSound(): Promise<number> {
  while (level() < 1e-4) await new Promise((resolve) => setTimeout(resolve, 1));
  return performance.now();
}

/** The largest of the last 512 samples. */
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
  longTasks,
  level,
  untilSound,
  get started() {
    return started;
  },
  get firstSoundMs() {
    return firstSoundAtMs - clickedAtMs;
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
    waterTempC: 13,
    waveHeightM: 2,
    inView: true,
  }),
  /** How far a recording made in pieces is from one made at once: the largest difference and the largest sample, before and at the join. */
  async compareRecordings(seconds: number, joinsAtS: number) {
    // As the player does it: Tone is not to be loaded before it is needed.
    const { createEngine } = await import("../../web/sound/engine.ts");
    const waveforms = makeWaveforms(sampleRate);
    const score = playback.tune();
    const entries = score.until(seconds).map((event): JournalEntry => ({ kind: "event", event, atS: 3.1 + event.t }));
    entries.push({ kind: "level", layer: "wind", level: 0.7, atS: 3.1 + joinsAtS / 2 });
    const stretch: Stretch = {
      beginS: 3,
      endS: 3 + seconds,
      before: [],
      entries: entries.sort((a, b) => a.atS - b.atS),
    };
    const render = (piece: Stretch) => renderStretch(piece, waveforms, createEngine);
    const wav = await renderWav(stretch, { sampleRate, render, onProgress() {}, signal: AbortSignal.timeout(60_000) });
    const inPieces = new Int16Array(await wav.slice(44).arrayBuffer());
    const [left = new Float32Array()] = await render(stretch);
    const off = left.map((sample, frame) => Math.abs((inPieces[2 * frame] ?? 1e9) / 32_767 - sample));
    const join = joinsAtS * sampleRate;
    const most = (samples: Float32Array) => samples.reduce((a, b) => Math.max(a, b), 0);
    return {
      before: most(off.subarray(0, join)),
      atJoin: most(off.subarray(join, join + 0.1 * sampleRate)),
      after: most(off.subarray(join + 0.1 * sampleRate)),
      peak: most(left.map(Math.abs)),
    };
  },
  /** A score of these events alone. */
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

export type Playback = typeof playback;
Object.assign(globalThis, { playback });
