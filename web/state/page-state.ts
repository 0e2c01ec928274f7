// The page's observable state: parts that show or play something subscribe to it.
//
// An SSE event becomes a bell in five steps. Each is a folder, entered by the file that is named here:
//   1. shared/client (stream-client.ts) receives an event and checks it;
//   2. state (take-from-server.ts) adds the report to the network, and sets `arrived`;
//   3. listen (playback.ts) passes the reports of one burst to the score (sound/score), which returns bells;
//   4. sound/playback (player.ts) schedules each bell;
//   5. sound/engine (engine.ts) plays it with Tone.js.
// `sounded` then reports each scheduled sound: map, list, captions and test hook subscribe to it.

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { CachedAt, Status } from "../../shared/client/answers.ts";
import type { Arrival } from "../../shared/client/stream-client.ts";
import type { ConnectionState } from "../net/connection-state.ts";
import type { PastDay } from "../sea/past-day.ts";
import type { PastReport } from "../sea/replay-frames.ts";
import type { SeaState } from "../sea/sea-state.ts";
import type { PlayerState } from "../sound/playback/player.ts";
import type { Preset } from "../sound/preset.ts";
import type { BurstTally } from "../sound/score/network-score.ts";
import type { SoundEvent } from "../sound/sound-event.ts";
import type { Units } from "../words/units.ts";
import { createNetwork, type Network } from "./network.ts";
import type { Settings } from "./settings.ts";
import type { LinkedView, MapView, View } from "./view-url.ts";

/** A report that has arrived. `isNews`: measured recently and not missed before, so that a bell rings. */
type Report = Omit<Arrival, "replayed"> & { isNews: boolean };

/** The server's data about itself and its polls. */
export type Polls = Pick<Status, "version" | "outage" | "warnings">;

/** A station's past day: its reports, oldest first, or the reason for their absence. */
export type StationHistory = readonly PastReport[] | "loading" | "unknown";

/** A score's event that will sound at `atMs`, of the clock's `monotonicMs`. */
export type Sounded = { event: SoundEvent; atMs: number };

/** A sound event that belongs to a station. */
export type StationSound = Sounded & { stationId: string };

/** A programme: the region in view, one station, or a past day from a frame on. */
export type Programme = { preset: Preset } & (
  | { mode: "network" }
  | { mode: "tune"; stationId: string }
  | { mode: "24h"; day: PastDay; fromFrame: number }
);

/** The playing programme and its current sound; `null`: nothing has started. */
type Heard = {
  programme: Programme | null;
  sea: SeaState | null;
  /** The newest burst; `null` if the programme rings no reports. */
  tally: BurstTally | null;
};

/** The batch of reports that arrived last. Times are of the clock's `monotonicMs`. */
export type BatchUnderWay = {
  stations: ReadonlySet<string>;
  arrivedAtMs: number;
  /** Time between two batches, in ms; `null` if it is not known yet. */
  intervalMs: number | null;
};

/** The page's observable state. */
export type PageState = {
  // From the server.
  connection: Signal<ConnectionState>;
  /** When the cached data on the page was loaded; `null` for live data. */
  cachedAtMs: Signal<CachedAt>;
  simulated: Signal<boolean>;
  /** From the last answer since the server was last reachable; older answers are dropped. */
  polls: Signal<Polls | null>;
  /** Mutable; the three signals below report its changes. */
  network: Network;
  /** Counts the loads of the stations and of all their values. */
  stationsLoaded: Signal<number>;
  conditionsLoaded: Signal<number>;
  /** Set separately for each report, never in a batch, so that a subscriber misses none. */
  arrived: Signal<{ count: number; newest: Report | null }>;

  // The user's view and selection.
  view: Signal<View>;
  /** `null`: the map's first view. */
  mapView: Signal<MapView | null>;
  /** The stations visible on the map when it last came to rest. */
  inView: Signal<ReadonlySet<string>>;
  settings: Signal<Settings>;
  units: ReadonlySignal<Units>;
  /** Past day of the selected station. */
  history: Signal<StationHistory>;

  // The sound.
  /** A new object restarts the programme, even if it equals the last one. `null`: none yet. */
  programme: Signal<Programme | null>;
  player: Signal<PlayerState>;
  heard: Signal<Heard>;
  /** The events scheduled last, all of one task. */
  sounded: Signal<readonly Sounded[]>;
  /** The batch of reports under way; `null`: none, or not known yet. */
  batch: Signal<BatchUnderWay | null>;
  /** Time of the lighthouse's last tick at north, of the clock's `monotonicMs`. */
  northAtMs: Signal<number | null>;

  // The past 24 hours.
  past: Signal<PastDay | null>;
  /** The past frame on the page. */
  pastFrame: Signal<number>;
  /** The past frame that sounds; `null` outside a replay. */
  heardFrame: Signal<number | null>;
  /** Time of the past frame on the page; `null`: now. */
  pastAtMs: Signal<number | null>;

  // Counters for values that change with time: seconds, quarters of a minute and minutes since the page opened.
  second: Signal<number>;
  quarter: ReadonlySignal<number>;
  minute: ReadonlySignal<number>;
};

/** Creates the state of a new page. @param link the view in the page's URL */
export function createPageState({ map, ...view }: LinkedView, firstSettings: Settings): PageState {
  const settings = signal(firstSettings);
  const second = signal(0);
  return {
    connection: signal<ConnectionState>({ kind: "connecting" }),
    cachedAtMs: signal<CachedAt>(null),
    simulated: signal(false),
    polls: signal<Polls | null>(null),
    network: createNetwork(),
    stationsLoaded: signal(0),
    conditionsLoaded: signal(0),
    arrived: signal<{ count: number; newest: Report | null }>({ count: 0, newest: null }),
    view: signal<View>(view),
    mapView: signal(map),
    inView: signal<ReadonlySet<string>>(new Set()),
    settings,
    units: computed(() => settings.value.units),
    history: signal<StationHistory>("loading"),
    programme: signal<Programme | null>(null),
    player: signal<PlayerState>("off"),
    heard: signal<Heard>({ programme: null, sea: null, tally: null }),
    sounded: signal<readonly Sounded[]>([]),
    batch: signal<BatchUnderWay | null>(null),
    northAtMs: signal<number | null>(null),
    past: signal<PastDay | null>(null),
    pastFrame: signal(0),
    heardFrame: signal<number | null>(null),
    pastAtMs: signal<number | null>(null),
    second,
    quarter: computed(() => Math.floor(second.value / 15)),
    minute: computed(() => Math.floor(second.value / 60)),
  };
}

/** Returns the sound event with its station; `null` if it belongs to none. */
export function stationSoundOf({ event, atMs }: Sounded): StationSound | null {
  if (!("stationId" in event) || event.stationId === undefined) return null;
  return { event, atMs, stationId: event.stationId };
}
