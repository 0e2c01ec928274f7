import type { BrowserListener } from "./browser-listener.ts";
import type { Mortal } from "./mortal-stack.ts";

/** What may go wrong. */
export const faultKinds = [
  "kill a worker",
  "kill a server",
  "kill Redis",
  "kill PostgreSQL",
  "pause a worker",
  "pause a server",
  "pause PostgreSQL",
  "close client sockets",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** One thing that goes wrong: when, counted from the one before it, and for how long. */
export type Fault = { kind: FaultKind; afterMs: number; lastsMs: number };

/** A fault that was inflicted, with its times by `performance.now()`. */
export type PastFault = { kind: FaultKind; fromMs: number; toMs: number };

/** What faults are inflicted on. */
export type Victims = {
  workers: Mortal[];
  servers: Mortal[];
  redis: Mortal;
  postgres: Mortal;
  listeners: BrowserListener[];
};

/** Plans faults, each kind about equally often and in no order. */
export function planFaults(
  count: number,
  random: () => number,
  { maxGapMs, maxLastsMs }: { maxGapMs: number; maxLastsMs: number },
): Fault[] {
  const kinds: FaultKind[] = [];
  while (kinds.length < count) kinds.push(...shuffled([...faultKinds], random));
  return kinds.slice(0, count).map((kind) => ({
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
 * Inflicts faults one after the other, several at a time on different victims, and resolves when all are over and
 * everybody runs.
 */
export async function inflict(
  plan: Fault[],
  victims: Victims,
  random: () => number,
  onFault: (fault: Fault) => void,
): Promise<PastFault[]> {
  const past: PastFault[] = [];
  /** Until when each victim has enough to bear. */
  const suffering = new Map<Mortal, Promise<void>>();
  for (const fault of plan) {
    await Bun.sleep(fault.afterMs);
    onFault(fault);
    const fromMs = performance.now();
    if (fault.kind === "close client sockets") {
      for (const listener of victims.listeners) if (random() < 0.5) listener.cut();
      past.push({ kind: fault.kind, fromMs, toMs: fromMs });
      continue;
    }
    const candidates = candidatesOf(fault.kind, victims);
    const victim = candidates[Math.floor(random() * candidates.length)] as Mortal;
    await suffering.get(victim);
    const pain = hurt(victim, fault).then(() => {
      past.push({ kind: fault.kind, fromMs, toMs: performance.now() });
    });
    suffering.set(victim, pain);
  }
  await Promise.all(suffering.values());
  return past;
}

async function hurt(victim: Mortal, { kind, lastsMs }: Fault): Promise<void> {
  const isPause = kind.startsWith("pause");
  await (isPause ? victim.pause() : victim.kill());
  await Bun.sleep(lastsMs);
  await (isPause ? victim.resume() : victim.start());
}

function candidatesOf(kind: Exclude<FaultKind, "close client sockets">, victims: Victims): Mortal[] {
  switch (kind) {
    case "kill a worker":
    case "pause a worker":
      return victims.workers;
    case "kill a server":
    case "pause a server":
      return victims.servers;
    case "kill Redis":
      return [victims.redis];
    case "kill PostgreSQL":
    case "pause PostgreSQL":
      return [victims.postgres];
  }
}
