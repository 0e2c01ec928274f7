import { type FaultKind, type Ordeal, type Victims, ways } from "./ways.ts";

/** One thing that goes wrong: when, counted from the one before it, and for how long at least. */
export type Fault = { kind: FaultKind; afterMs: number; lastsMs: number };

/** A fault that is over, with its times by `performance.now()`. */
export type PastFault = {
  kind: FaultKind;
  fromMs: number;
  toMs: number;
  /** After what time it was noticed; `null` where nobody had to, `Infinity` where nobody did. */
  noticedAfterMs: number | null;
  /** How long after its end polls went on and its victim worked; `Infinity` where they did not. */
  resumedAfterMs: number;
};

/** So long a fault may go unnoticed. */
export const noticeMs = 30_000;
/** What has not gone on by itself after this time has stopped. Others may suffer meanwhile, so it is more than docs say. */
export const resumeMs = 60_000;

/** Plans faults, each kind about equally often and in no order. */
export function planFaults(
  kinds: FaultKind[],
  count: number,
  random: () => number,
  { maxGapMs, maxLastsMs }: { maxGapMs: number; maxLastsMs: number },
): Fault[] {
  const planned: FaultKind[] = [];
  while (planned.length < count) planned.push(...shuffled(kinds, random));
  return planned.slice(0, count).map((kind) => ({
    kind,
    afterMs: random() * maxGapMs,
    // Short ones are as telling as long ones, and more of them fit: most are short.
    lastsMs: 100 + random() ** 2 * (maxLastsMs - 100),
  }));
}

function shuffled<T>(values: T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

/**
 * Inflicts faults one after the other, several at a time on different victims: the next one is the first whose victim has
 * nothing else to bear. Each lasts until it was noticed, and is over when polls have gone on. Resolves when all are over.
 * @param polledAgain resolves after so many polls more
 */
export async function inflict(
  plan: Fault[],
  victims: Victims,
  random: () => number,
  polledAgain: (polls: number) => Promise<void>,
  onFault: (fault: Fault) => void,
): Promise<PastFault[]> {
  const past: PastFault[] = [];
  const waiting = [...plan];
  const suffering = new Map<object, Promise<void>>();

  function takeNext(): { fault: Fault; ordeal: Ordeal } | null {
    for (const [index, fault] of waiting.entries()) {
      const free = (ways[fault.kind](victims) as Ordeal[]).filter(({ victim }) => !suffering.has(victim));
      const ordeal = free[Math.floor(random() * free.length)];
      if (ordeal === undefined) continue;
      waiting.splice(index, 1);
      return { fault, ordeal };
    }
    return null;
  }

  while (waiting.length > 0) {
    const next = takeNext();
    if (next === null) {
      await Promise.race(suffering.values());
      continue;
    }
    const { fault, ordeal } = next;
    await Bun.sleep(fault.afterMs);
    onFault(fault);
    const pain = suffer(fault, ordeal, polledAgain).then((over) => {
      past.push(over);
      suffering.delete(ordeal.victim);
    });
    suffering.set(ordeal.victim, pain);
  }
  await Promise.all(suffering.values());
  return past;
}

async function suffer(fault: Fault, ordeal: Ordeal, polledAgain: (polls: number) => Promise<void>): Promise<PastFault> {
  const { isNoticed, isMended = () => true } = ordeal;
  const fromMs = performance.now();
  await ordeal.begin();
  const [noticedAfterMs] = await Promise.all([
    isNoticed ? timeUntil(() => untilTrue(isNoticed), noticeMs) : null,
    ordeal.end && Bun.sleep(fault.lastsMs),
  ]);
  await ordeal.end?.();
  const toMs = performance.now();
  // One may have been under way.
  const resumed = async () => {
    await polledAgain(2);
    await untilTrue(isMended);
  };
  const resumedAfterMs = await timeUntil(resumed, resumeMs);
  return { kind: fault.kind, fromMs, toMs, noticedAfterMs, resumedAfterMs };
}

async function untilTrue(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(100);
}

/** Returns how long something takes; `Infinity` where it takes longer than it may. */
async function timeUntil(act: () => Promise<void>, atMostMs: number): Promise<number> {
  const startedAt = performance.now();
  const tooSlow = Promise.withResolvers<number>();
  const timer = setTimeout(() => tooSlow.resolve(Number.POSITIVE_INFINITY), atMostMs);
  const took = act().then(() => performance.now() - startedAt);
  return Promise.race([took, tooSlow.promise]).finally(() => clearTimeout(timer));
}
