// The one observable state of the page: whoever shows or plays something of it subscribes to it.
//
// From a frame of the stream to a bell there are five hops:
//   1. net/source.ts, net/connection.ts: the browser hands over a frame, which is checked;
//   2. state/take-from-server.ts: the report joins the network, and `arrived` changes;
//   3. listen/playback.ts: the reports of one moment go to the score, which answers with bells;
//   4. sound/playback/player.ts: its scheduler gives each bell a time;
//   5. sound/engine/engine.ts: Tone.js strikes it.
// On the way back `sounded` says what sounds when: map, list, captions and test hook subscribe to that.

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { CachedAt, Status } from "../net/answers.ts";
import type { Arrival, ConnectionState } from "../net/connection.ts";
import type { PastDay } from "../sea/past-day.ts";
import type { PastReport } from "../sea/replay-frames.ts";
import type { PlayerState } from "../sound/playback/player.ts";
import type { BurstTally } from "../sound/score/network-score.ts";
import type { SeaState } from "../sound/sea-state.ts";
import type { SoundEvent } from "../sound/sound-event.ts";
import type { Units } from "../words/units.ts";
import { createNetwork, type Network } from "./network.ts";
import type { Programme } from "./programme.ts";
import type { Settings } from "./settings.ts";
import type { LinkedView, MapView, View } from "./view-url.ts";

/** A report that has arrived. `isNews`: it was measured of late and not missed before, so that a bell rings. */
export type Report = Omit<Arrival, "replayed"> & { isNews: boolean };

/** What the server said of its polls. */
export type Polls = Pick<Status, "lastPoll" | "pollSeconds" | "lastPollBegun" | "pollsStopped">;

/** A station's past day: its reports, oldest first, or why there are none. */
export type StationHistory = readonly PastReport[] | "loading" | "unknown";

/** An event of the score that will sound at `atMs`, of the clock's `monotonicMs`. */
export type Sounded = { event: SoundEvent; atMs: number };

/** An event that a station sounds by. */
export type Stroke = Sounded & { stationId: string };

/** What plays, and how it sounds now; `null`: nothing has begun. */
export type Heard = {
  programme: Programme | null;
  sea: SeaState | null;
  /** Of the newest burst; `null` where no bells of reports ring. */
  tally: BurstTally | null;
};

export type PageState = {
  // What the server says.
  connection: Signal<ConnectionState>;
  /** When what is shown was loaded, if it came from the cache of an earlier visit. */
  cachedAtMs: Signal<CachedAt>;
  simulated: Signal<boolean>;
  /** As the server said since it was reached last; what it said before says nothing of now. */
  polls: Signal<Polls | null>;
  /** Changes in place; the three signals below say when. */
  network: Network;
  /** How often the stations, and what each measured last, were loaded. */
  stationsLoaded: Signal<number>;
  conditionsLoaded: Signal<number>;
  /** Set for each report by itself, never in a batch, so that a subscriber misses none. */
  arrived: Signal<{ count: number; newest: Report | null }>;

  // What a person looks at, and has chosen.
  view: Signal<View>;
  /** `null`: wherever the map begins. */
  mapView: Signal<MapView | null>;
  /** The stations on the map, as it came to rest last. */
  inView: Signal<ReadonlySet<string>>;
  settings: Signal<Settings>;
  units: ReadonlySignal<Units>;
  /** Of the station in view. */
  history: Signal<StationHistory>;

  // What is heard.
  /** A new object begins it from its start, even one that equals the last. `null`: nothing yet. */
  programme: Signal<Programme | null>;
  player: Signal<PlayerState>;
  heard: Signal<Heard>;
  /** What was handed to the sound card last, in one go. */
  sounded: Signal<readonly Sounded[]>;
  /** When the lighthouse ticked for north last, of the clock's `monotonicMs`. */
  northAtMs: Signal<number | null>;

  // The past 24 hours.
  past: Signal<PastDay | null>;
  /** The frame of the past that is shown. */
  pastFrame: Signal<number>;
  /** The frame that is heard; `null` where nothing is replayed. */
  heardFrame: Signal<number | null>;
  /** The time of the frame that is shown; `null`: now. */
  pastAtMs: Signal<number | null>;

  // For what changes only because time passes: seconds, quarters of a minute and minutes since the page was opened.
  second: Signal<number>;
  quarter: ReadonlySignal<number>;
  minute: ReadonlySignal<number>;
};

/** Makes the state of a page that has just opened. @param link the view that its address names */
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

/** Returns which station an event sounds by; `null` for one of none. */
export function strokeOf({ event, atMs }: Sounded): Stroke | null {
  if (!("stationId" in event) || event.stationId === undefined) return null;
  return { event, atMs, stationId: event.stationId };
}
