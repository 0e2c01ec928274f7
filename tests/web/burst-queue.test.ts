import { describe, expect, test } from "bun:test";
import { type BurstQueue, createBurstQueue } from "../../web/burst-queue.ts";

const options = { gapMs: 250, longestMs: 60_000, random: Math.random };

/** Takes out all that waits, each at the earliest moment. */
function ringAll<T>(queue: BurstQueue<T>, fromMs: number): { item: T; atMs: number }[] {
  const rung: { item: T; atMs: number }[] = [];
  for (let atMs = fromMs; queue.nextAtMs !== null; ) {
    atMs = Math.max(atMs, queue.nextAtMs);
    const item = queue.take(atMs);
    if (item !== null) rung.push({ item, atMs });
  }
  return rung;
}

function burst(count: number, atMs = 0): BurstQueue<number> {
  const queue = createBurstQueue<number>(options);
  for (let index = 0; index < count; index++) queue.add(index, atMs);
  return queue;
}

describe("The burst queue", () => {
  test("lets a lone report ring at once", () => {
    const queue = createBurstQueue<string>(options);
    queue.add("44009", 1_000);
    expect(queue.take(1_000)).toBe("44009");
    expect(queue.nextAtMs).toBeNull();
  });

  test("lets a report ring at once again as soon as the bell before it has had its time", () => {
    const queue = createBurstQueue<string>(options);
    queue.add("44009", 1_000);
    queue.take(1_000);
    queue.add("46026", 1_250);
    expect(queue.take(1_250)).toBe("46026");
  });

  test("spreads a burst to four bells a second, in the order of arrival", () => {
    const rung = ringAll(burst(9), 0);
    expect(rung.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rung.map(({ atMs }) => atMs)).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000]);
  });

  test("keeps the gap also after a call that came late", () => {
    const queue = burst(3);
    queue.take(0);
    expect(queue.take(700)).toBe(1);
    expect(queue.take(700)).toBeNull();
    expect(queue.nextAtMs).toBe(950);
  });

  test("rings no burst for longer than a minute, and counts what it leaves out", () => {
    const queue = burst(800);
    const rung = ringAll(queue, 0);
    expect(rung.length).toBe(240);
    expect(rung.at(-1)?.atMs).toBeLessThan(60_000);
    expect(queue.tally).toEqual({ arrived: 800, rung: 240, waiting: 0, leftOut: 560 });
  });

  test("drops nothing in silence: what arrived has rung, waits or was counted as left out", () => {
    const queue = createBurstQueue<number>(options);
    for (let index = 0; index < 2_000; index++) {
      const nowMs = index * 7;
      queue.add(index, nowMs);
      queue.take(nowMs);
      const { arrived, rung, waiting, leftOut } = queue.tally;
      expect(rung + waiting + leftOut).toBe(arrived);
      expect(arrived).toBe(index + 1);
    }
  });

  test("rings no report twice", () => {
    const rung = ringAll(burst(900), 0).map(({ item }) => item);
    expect(new Set(rung).size).toBe(rung.length);
  });

  test("gives the last of a burst the same chance as the first", () => {
    const timesRung = new Array<number>(900).fill(0);
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let round = 0; round < 200; round++) {
      const queue = createBurstQueue<number>({ ...options, random });
      for (let index = 0; index < 900; index++) queue.add(index, 0);
      for (const { item } of ringAll(queue, 0)) timesRung[item] = (timesRung[item] ?? 0) + 1;
    }
    const total = (from: number, to: number) => timesRung.slice(from, to).reduce((sum, times) => sum + times, 0);
    expect(total(0, 300) / total(600, 900)).toBeCloseTo(1, 1);
  });

  test("counts anew for the next burst", () => {
    const queue = burst(5);
    ringAll(queue, 0);
    queue.add(99, 60_000);
    expect(queue.tally).toEqual({ arrived: 1, rung: 0, waiting: 1, leftOut: 0 });
  });
});
