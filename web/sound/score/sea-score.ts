import {
  bellNoteOf,
  clamp,
  distanceOf,
  flutterOf,
  isStale,
  mapping,
  panOfDirection,
  pitchOf,
  silentDb,
  strokeOf,
  swellOf,
  throbOf,
  windOf,
  windStrength,
} from "../mapping.ts";
import { type SeaField, type SeaState, seaFields } from "../sea-state.ts";
import type { Layer, SoundEvent } from "../sound-event.ts";
import { lighthouseHz } from "../timbre/waveforms.ts";
import type { Score } from "./score.ts";

/** The continuous sea as a score. */
export type SeaScore = Score & {
  /** @param t from when on the sea is so */
  setSea(sea: SeaState, t: number): void;
};

export type SeaScoreOptions = {
  random: () => number;
  /** What is added to the level of every layer. */
  seaDbOf(sea: SeaState): number;
  /** Whether the water's temperature is heard as a tone. */
  water: boolean;
  lighthouse: boolean;
  /** Level of the drone; it is what all is louder or softer than. */
  droneDb: number;
  /** Whether the wind is heard from where it blows. The mean of many winds stays in the middle. */
  windPlaced: boolean;
  /** The bell that the waves ring, once a crest; `null`: none, and no knocks for what is missing either. */
  stationBell: { stationId?: string; bellsDb: number; exactPitch: boolean } | null;
  /** Whether the layers begin one after the other, as their own legend. */
  introduction: boolean;
};

export type SetEvent = Extract<SoundEvent, { type: "set" }>;

/** When the introduction comes to each field; a caption tells of each, so they are further apart than captions. */
export const introductions = [
  { field: "pressureHpa", atS: 0 },
  { field: "waveHeightM", atS: 1.2 },
  { field: "dominantPeriodS", atS: 2.4 },
  { field: "windSpeedMps", atS: 3.6 },
  { field: "windDirDeg", atS: 4.7 },
  { field: "waterTempC", atS: 5.8 },
] as const satisfies { field: SeaField; atS: number }[];
const introductionS = 7;
const introducedTauS = 0.4;
/** The field whose introduction is that of the layer. */
const layerFields = [
  ["pressure", "pressureHpa"],
  ["waves", "waveHeightM"],
  ["wind", "windSpeedMps"],
  ["water", "waterTempC"],
] as const satisfies [Layer, SeaField][];

const firstCrestS = 0.2;
/** While no crests pass, it is looked again this often whether they do. */
const noCrestS = 4;
/** When, in parts of its period, a wave is highest: then it rings the station's bell. */
const crestHighest = 0.35;
/** A station's own bell is one of many sounds of it, a report's is all there is. */
const stationBellDb = -9;

/** One turn of the lighthouse: two ticks at north, then the beam goes round once in `beamS`. */
const turnS = 8;
const firstTurnS = 0.5;
const secondTickS = 0.12;
const beamDelayS = 0.5;
const beamS = 7;

/** Each missing field knocks at its own place in a round, so that it can be told which one is missing. */
const knockRoundS = 16;
const knockSlotS = 2;
const knockFields = [
  "waveHeightM",
  "windSpeedMps",
  "waterTempC",
  "pressureHpa",
  "dominantPeriodS",
  "gustMps",
  "windDirDeg",
] as const satisfies SeaField[];
const knockDb = -18;

export const usualDroneDb = -18;
/** Without a pressure the drone stays, so much softer, but tells of nothing. */
const heldDroneDb = -12;
const glassDb = -29;

/** A score of the sea's state, with no bells but the station's own. */
export function createSeaScore(options: SeaScoreOptions): SeaScore {
  const { random, lighthouse, stationBell, introduction } = options;
  let sea: SeaState | null = null;
  let untold: SoundEvent[] = introduction
    ? introductions.map(({ field, atS }) => ({ t: atS, type: "introduce", field }))
    : [];
  const present = new Map<Layer, SetEvent>();
  let nextCrestS = introduction ? introducedAtS("waveHeightM") : firstCrestS;
  let nextTurnS = introduction ? introductionS : firstTurnS;
  let nextKnockS = knockSlotS + (introduction ? introductionS : 0);

  return {
    setSea(next, t) {
      sea = withoutStale(next);
      const seaDb = options.seaDbOf(sea);
      const tauS = introduction && t < introductionS ? introducedTauS : undefined;
      for (const layer of layersOf(sea, { ...options, seaDb, t, tauS })) change(layer);
    },
    until(t) {
      while (nextCrestS < t) tellCrest();
      while (nextTurnS < t) tellTurn();
      while (nextKnockS < t) tellKnock();
      const told = untold.filter((event) => event.t < t).sort((a, b) => a.t - b.t);
      untold = untold.filter((event) => event.t >= t);
      return told;
    },
  };

  /** What has not changed is not told again; what has, replaces what was to come. */
  function change(layer: SetEvent): void {
    const before = present.get(layer.layer);
    present.set(layer.layer, layer);
    if (before && isSame(before, layer)) return;
    untold = untold.filter((event) => event.type !== "set" || event.layer !== layer.layer || event.t < layer.t);
    if (!introduction || layer.t >= introductionS) {
      untold.push(layer);
      return;
    }
    const field = layerFields.find(([name]) => name === layer.layer)?.[1] ?? "pressureHpa";
    const t = Math.max(layer.t, introducedAtS(field));
    const placedAtS = introducedAtS("windDirDeg");
    untold.push({ ...layer, t, ...(layer.layer === "wind" && t < placedAtS ? { pan: 0 } : {}) });
    if (layer.layer === "wind" && t < placedAtS) untold.push({ ...layer, t: placedAtS });
  }

  function tellCrest(): void {
    const { waveHeightM = null, dominantPeriodS = null, waterTempC = null } = sea ?? {};
    if (waveHeightM === null || dominantPeriodS === null) {
      nextCrestS += noCrestS;
      return;
    }
    const [shortest, longest] = mapping.dominantPeriodS.range;
    const periodS = clamp(dominantPeriodS, shortest, longest);
    untold.push({ t: nextCrestS, type: "crest", periodS, amplitude: 0.86 + 0.28 * random() });
    const rungAtS = nextCrestS + crestHighest * periodS;
    if (stationBell && waterTempC !== null && !(introduction && rungAtS < introducedAtS("waterTempC"))) {
      untold.push(ring(waveHeightM, waterTempC, rungAtS, stationBell));
    }
    nextCrestS += periodS * (0.96 + 0.08 * random());
  }

  function ring(heightM: number, celsius: number, t: number, bell: NonNullable<typeof stationBell>): SoundEvent {
    const { hardness, gainDb } = strokeOf(heightM);
    const { fadeDb, room } = distanceOf(Math.max(sea?.agesMin.waveHeightM ?? 0, sea?.agesMin.waterTempC ?? 0));
    const hz = bell.exactPitch ? pitchOf(celsius) : bellNoteOf(celsius);
    const level = gainDb + stationBellDb + bell.bellsDb + fadeDb;
    return { t, type: "bell", hz, hardness, gainDb: level, pan: 0, ...(room > 0 ? { room } : {}) };
  }

  function tellTurn(): void {
    const { windSpeedMps = null, windDirDeg = null, agesMin = {} } = sea ?? {};
    if (lighthouse && windSpeedMps !== null) {
      const gainDb = -30 + 10 * windStrength(windSpeedMps) + distanceOf(agesMin.windSpeedMps).fadeDb;
      for (const t of [nextTurnS, nextTurnS + secondTickS]) {
        untold.push({ t, type: "ping", hz: lighthouseHz.north, gainDb, pan: 0 });
      }
      if (windDirDeg !== null) {
        const t = nextTurnS + beamDelayS + (beamS * (((windDirDeg % 360) + 360) % 360)) / 360;
        untold.push({ t, type: "ping", hz: lighthouseHz.wind, gainDb, pan: panOfDirection(windDirDeg) });
      }
    }
    nextTurnS += turnS;
  }

  function tellKnock(): void {
    const slot =
      Math.round((nextKnockS - (introduction ? introductionS : 0)) / knockSlotS) % (knockRoundS / knockSlotS);
    const field = knockFields[slot - 1];
    if (stationBell && sea && field && knocksFor(field, sea)) {
      const { stationId } = stationBell;
      untold.push({
        t: nextKnockS,
        type: "knock",
        gainDb: knockDb,
        pan: 0,
        field,
        ...(stationId === undefined ? {} : { stationId }),
      });
    }
    nextKnockS += knockSlotS;
  }

  /** What only tells more of something that is missing itself does not knock, nor what a ping tells. */
  function knocksFor(field: (typeof knockFields)[number], state: SeaState): boolean {
    if (state[field] !== null) return false;
    if (field === "dominantPeriodS") return state.waveHeightM !== null;
    if (field === "gustMps") return state.windSpeedMps !== null;
    if (field === "windDirDeg") return state.windSpeedMps !== null && !lighthouse;
    return true;
  }
}

/** How the four layers sound for a sea of which nothing is stale. @param options `tauS`: how quickly they follow */
export function layersOf(
  sea: SeaState,
  options: {
    t: number;
    seaDb: number;
    droneDb: number;
    water: boolean;
    windPlaced: boolean;
    tauS?: number | undefined;
  },
): SetEvent[] {
  const { t, seaDb, droneDb } = options;
  const common = { t, type: "set", ...(options.tauS === undefined ? {} : { tauS: options.tauS }) } as const;
  const { waveHeightM, dominantPeriodS, windSpeedMps, windDirDeg, gustMps, waterTempC, pressureHpa, agesMin } = sea;
  const levelOf = (field: SeaField, gainDb: number) =>
    sea[field] === null ? silentDb : gainDb + seaDb + distanceOf(agesMin[field]).fadeDb;
  const swell = swellOf(waveHeightM ?? 0);
  const wind = windOf(windSpeedMps ?? 0);
  const { room } = distanceOf(agesMin.waterTempC);
  return [
    {
      ...common,
      layer: "waves",
      ...swell,
      gainDb: levelOf("waveHeightM", swell.gainDb),
      foamDb: levelOf("waveHeightM", swell.foamDb),
      ...(dominantPeriodS === null ? { still: true } : {}),
    },
    {
      ...common,
      layer: "wind",
      ...wind,
      gainDb: levelOf("windSpeedMps", wind.gainDb),
      pan: windDirDeg === null || !options.windPlaced ? 0 : panOfDirection(windDirDeg),
      gust: flutterOf(gustMps, windSpeedMps ?? 0),
    },
    pressureHpa === null
      ? { ...common, layer: "pressure", gainDb: droneDb + heldDroneDb + seaDb, throbHz: 0 }
      : { ...common, layer: "pressure", gainDb: levelOf("pressureHpa", droneDb), throbHz: throbOf(pressureHpa) },
    {
      ...common,
      layer: "water",
      gainDb: options.water ? levelOf("waterTempC", glassDb) : silentDb,
      hz: pitchOf(waterTempC ?? 0),
      ...(room > 0 ? { room } : {}),
    },
  ];
}

/** What is three hours old is not measured any more. */
function withoutStale(sea: SeaState): SeaState {
  const fields = seaFields.map((field) => [field, isStale(sea.agesMin[field]) ? null : sea[field]]);
  return { ...(Object.fromEntries(fields) as Record<SeaField, number | null>), agesMin: sea.agesMin };
}

function introducedAtS(field: SeaField): number {
  return introductions.find((introduced) => introduced.field === field)?.atS ?? 0;
}

function isSame(one: SetEvent, other: SetEvent): boolean {
  const told = ({ t: _, tauS: __, ...what }: SetEvent) => JSON.stringify(what);
  return told(one) === told(other);
}
