import type { Stretch } from "./journal.ts";
import type { SoundEvent } from "./sound-event.ts";

/** A pitch that is glided to, as the engine does it: by an exponential approach. */
type Glide = { atS: number; hz: number; tauS: number };

/** Something that turns without end from the moment a render begins; the figures are the engine's. */
type Turning = { initialHz: number; hzOf(event: SoundEvent): number | null };

const throb: Turning = {
  initialHz: 0.5,
  hzOf: (event) => (event.type === "set" && event.layer === "pressure" && event.throbHz > 0 ? event.throbHz : null),
};
const glass: Turning = {
  initialHz: 440,
  hzOf: (event) => (event.type === "set" && event.layer === "water" ? event.hz : null),
};
/** The engine's, where an event says none, and where a layer was silent. */
const usualTauS = 1.2;
const atOnceTauS = 0.005;

/** Fine enough for one of so many beginnings to suit both. */
const stepS = 0.0005;

/**
 * Where a piece of a recording best begins to be rendered. The throb of the drone and the glass turn on and on, and a
 * render always starts them at the beginning of a turn; so it starts where, in the whole, a turn begins. Then a piece goes
 * on exactly where the last one was.
 * @returns a time between the two, on the grid of samples
 */
export function pieceBeginS(stretch: Stretch, fromS: number, untilS: number, sampleRate: number): number {
  const candidates: number[] = [];
  for (let atS = fromS; atS <= untilS; atS += stepS) candidates.push(Math.round(atS * sampleRate) / sampleRate);
  const offs = [throb, glass].map((turning) => offTurn(stretch, turning, candidates));
  let best = 0;
  const off = (index: number) => offs.reduce((sum, each) => sum + (each[index] ?? 0), 0);
  for (const index of candidates.keys()) if (off(index) < off(best)) best = index;
  return candidates[best] ?? fromS;
}

/** How far, in turns, a render that begins at each of some times is from the whole. */
function offTurn(stretch: Stretch, { initialHz, hzOf }: Turning, times: readonly number[]): number[] {
  const glides = glidesOf(stretch, hzOf);
  if (glides.length === 0) return times.map(() => 0);
  return turnsAt(initialHz, glides, stretch.beginS, times).map(({ turns, hz }) => {
    // A render, too, comes from the initial pitch.
    const ahead = turns - (initialHz - hz) * atOnceTauS;
    return Math.abs(ahead - Math.round(ahead));
  });
}

function glidesOf({ beginS, before, entries }: Stretch, hzOf: Turning["hzOf"]): Glide[] {
  const glides = [...before, ...entries].flatMap((entry): Glide[] => {
    if (entry.kind !== "event" || entry.event.type !== "set") return [];
    const hz = hzOf(entry.event);
    return hz === null ? [] : [{ atS: Math.max(beginS, entry.atS), hz, tauS: entry.event.tauS ?? usualTauS }];
  });
  return glides.map((glide, index) => (index === 0 ? { ...glide, tauS: atOnceTauS } : glide));
}

/** How often something has turned since the beginning, and how fast it turns, at each of some times that rise. */
function turnsAt(initialHz: number, glides: readonly Glide[], beginS: number, times: readonly number[]) {
  let atS = beginS;
  let hz = initialHz;
  let toward: Glide = { atS, hz, tauS: atOnceTauS };
  let turns = 0;
  let begun = 0;

  function goTo(untilS: number): void {
    const seconds = untilS - atS;
    const left = Math.exp(-seconds / toward.tauS);
    turns += toward.hz * seconds + (hz - toward.hz) * toward.tauS * (1 - left);
    hz = toward.hz + (hz - toward.hz) * left;
    atS = untilS;
  }

  return times.map((time) => {
    for (let next = glides[begun]; next && next.atS <= time; next = glides[++begun]) {
      goTo(next.atS);
      toward = next;
    }
    goTo(time);
    return { turns, hz };
  });
}
