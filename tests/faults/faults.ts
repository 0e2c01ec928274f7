// Plans faults, runs them, and measures how soon services notice and recover.
import { type ActiveFault, type FaultKind, type Victims, ways } from "./ways.ts";

/** Describes a planned fault: its kind, the pause since the fault before it, and its min duration. */
export type Fault = { kind: FaultKind; afterMs: number; lastsMs: number };

/** Describes a fault that is over, with its times by `performance.now()`. */
export type PastFault = {
  kind: FaultKind;
  fromMs: number;
  toMs: number;
  /** Time until a service noticed it; `null` if none has to, `Infinity` if none did. */
  noticedAfterMs: number | null;
  /** Time from its end until polls continued and its victim worked; `Infinity` if they did not. */
  resumedAfterMs: number;
};

/** Max time until a service must notice a fault. */
export const noticeMs = 30_000;
/** Max time until polls and the victim must recover. Longer than docs say, because other faults run at the same time. */
export const resumeMs = 60_000;

/** Plans faults in random order, each kind about equally often. */
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
    // Most are short: short faults find as much as long ones, and more of them fit.
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
 * Starts faults one after another, several at a time on different victims: next is the first fault with a free victim. Each
 * fault lasts until a service notices it, and is over when polls have continued. Resolves when all are over.
 * @param polledAgain resolves after this many more polls
 */
export async function runFaults(
  plan: Fault[],
  victims: Victims,
  random: () => number,
  polledAgain: (polls: number) => Promise<void>,
  onFault: (fault: Fault) => void,
): Promise<PastFault[]> {
  const past: PastFault[] = [];
  const waiting = [...plan];
  const busy = new Map<object, Promise<void>>();

  function takeNext(): { fault: Fault; activeFault: ActiveFault } | null {
    for (const [index, fault] of waiting.entries()) {
      const free = (ways[fault.kind](victims) as ActiveFault[]).filter(({ victim }) => !busy.has(victim));
      const activeFault = free[Math.floor(random() * free.length)];
      if (activeFault === undefined) continue;
      waiting.splice(index, 1);
      return { fault, activeFault };
    }
    return null;
  }

  while (waiting.length > 0) {
    const next = takeNext();
    if (next === null) {
      await Promise.race(busy.values());
      continue;
    }
    const { fault, activeFault } = next;
    await Bun.sleep(fault.afterMs);
    onFault(fault);
    const running = runFault(fault, activeFault, polledAgain).then((over) => {
      past.push(over);
      busy.delete(activeFault.victim);
    });
    busy.set(activeFault.victim, running);
  }
  await Promise.all(busy.values());
  return past;
}

async function runFault(
  fault: Fault,
  activeFault: ActiveFault,
  polledAgain: (polls: number) => Promise<void>,
): Promise<PastFault> {
  const { isNoticed, hasRecovered = () => true } = activeFault;
  const fromMs = performance.now();
  await activeFault.begin();
  const [noticedAfterMs] = await Promise.all([
    isNoticed ? timeUntil(() => untilTrue(isNoticed), noticeMs) : null,
    activeFault.end && Bun.sleep(fault.lastsMs),
  ]);
  await activeFault.end?.();
  const toMs = performance.now();
  // One poll may already be running.
  const resumed = async () => {
    await polledAgain(2);
    await untilTrue(hasRecovered);
  };
  const resumedAfterMs = await timeUntil(resumed, resumeMs);
  return { kind: fault.kind, fromMs, toMs, noticedAfterMs, resumedAfterMs };
}

async function untilTrue(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(100);
}

/** Returns the duration of an action in ms; `Infinity` if it exceeds the limit. */
async function timeUntil(act: () => Promise<void>, atMostMs: number): Promise<number> {
  const startedAt = performance.now();
  const tooSlow = Promise.withResolvers<number>();
  const timer = setTimeout(() => tooSlow.resolve(Number.POSITIVE_INFINITY), atMostMs);
  const took = act().then(() => performance.now() - startedAt);
  return Promise.race([took, tooSlow.promise]).finally(() => clearTimeout(timer));
}
