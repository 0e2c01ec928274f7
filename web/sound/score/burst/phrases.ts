// The rhythm of a burst: its bells come in phrases, with rests between them.

/** The time of a burst and its number of bells. */
type RhythmOptions = {
  /** Number of bells. */
  count: number;
  /** Time from the first bell to the end of the burst, in seconds. */
  leftS: number;
  random: () => number;
};

/** Time from one rest to the next, in seconds: any minute has a whole rest in it. */
const cycleS = { min: 20, max: 38 } as const;
const restS = { min: 5.2, max: 8 } as const;
/** Longest time without a rest at the end of a burst. */
const lastCycleS = 34;
/** Longest rest of a burst with few bells. */
const longestRestS = 10;
/** Min gap between two bells, in seconds: three bells in a second, because each also flashes on the map. */
export const minGapS = 0.34;
/** Mean gap within a phrase of a burst with few bells; their rests are longer. */
const looseGapS = 1.9;
/** Mean time between two bells above which a burst ends early; a few bells are no phrase to stretch. */
const sparsestS = { few: 4, many: 9 } as const;
const few = 10;
/** Share of the time with bells; rests take the others. */
export const phraseShare = 0.8;

/** Returns the times of the bells in seconds from the first one, in order. */
export function rhythmOf({ count, leftS, random }: RhythmOptions): number[] {
  if (count === 0) return [];
  const between = ({ min, max }: { min: number; max: number }) => min + (max - min) * random();
  // Never 0: the loop below divides by it.
  const spanS = Math.max(1e-9, Math.min(leftS, count * (count < few ? sparsestS.few : sparsestS.many)));
  // Few bells need short cycles, so that no rest is too long.
  const loose = Math.max(1e-9, 1 - (count * looseGapS) / spanS);
  const times: number[] = [];
  for (let fromS = 0; times.length < count; ) {
    const lastS = spanS - fromS;
    const isLast = lastS <= Math.min(lastCycleS, longestRestS / loose);
    const untilS = isLast ? spanS : fromS + Math.min(between(cycleS), longestRestS / loose, lastS - cycleS.min / 2);
    const bells = Math.round((count * untilS) / spanS) - times.length;
    const roomS = untilS - fromS - (isLast ? 0 : between(restS));
    const phraseS = Math.min(roomS, bells * looseGapS);
    for (const atS of timesOf(bells, phraseS, random)) times.push(fromS + atS);
    fromS = untilS;
  }
  return times;
}

/** Returns the times of a phrase's bells from its start: gaps of random length, none shorter than the min. */
function timesOf(bells: number, phraseS: number, random: () => number): number[] {
  const least = Math.min(minGapS, (0.5 * phraseS) / Math.max(1, bells));
  const weights = Array.from({ length: bells }, () => 0.15 - Math.log(1 - 0.95 * random()));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const freeS = phraseS - bells * least;
  let atS = 0;
  return weights.map((weight) => {
    const t = atS;
    atS += least + (freeS * weight) / sum;
    return t;
  });
}
