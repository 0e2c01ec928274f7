import { expect, test } from "bun:test";
import { createSharedAnswers } from "../../../services/server/store/shared-answers.ts";
import { createTestClock } from "../../rig/test-clock.ts";

type Found = { value: number };

const here = new AbortController().signal;

function start(limits: { keepMs?: number; maxKept?: number } = {}) {
  const clock = createTestClock();
  return { clock, answers: createSharedAnswers<Found>({ keepMs: 60_000, maxKept: 10, ...limits }, clock) };
}

/** Finds 1, 2, 3 … */
function counting() {
  let found = 0;
  return async () => ({ value: ++found });
}

/** Work that ends when the test says so, or when all its callers have left. */
function slow(value: number) {
  const { promise, resolve, reject } = Promise.withResolvers<Found>();
  const signals: AbortSignal[] = [];
  return {
    work: (signal: AbortSignal) => {
      signals.push(signal);
      signal.addEventListener("abort", () => reject(signal.reason));
      return promise;
    },
    signals,
    end: () => resolve({ value }),
  };
}

test("callers with the same key share one answer, also while it is being computed", async () => {
  const { answers } = start();
  const find = counting();
  const both = await Promise.all([answers.ask("a", find, here), answers.ask("a", find, here)]);
  expect(both).toEqual([{ value: 1 }, { value: 1 }]);
  expect(await answers.ask("a", find, here)).toEqual({ value: 1 });
  expect(await answers.ask("b", find, here)).toEqual({ value: 2 });
});

test("an answer that is not kept is only shared while it is being computed", async () => {
  const { answers } = start({ keepMs: 0 });
  const find = counting();
  const both = await Promise.all([answers.ask("a", find, here), answers.ask("a", find, here)]);
  expect(both).toEqual([{ value: 1 }, { value: 1 }]);
  expect(await answers.ask("a", find, here)).toEqual({ value: 2 });
});

test("an answer that is too old is computed again, counted from the first request", async () => {
  const { answers, clock } = start();
  const find = counting();
  const first = slow(1);
  const asked = answers.ask("a", first.work, here);
  await clock.advance(10_000);
  first.end();
  expect(await asked).toEqual({ value: 1 });
  await clock.advance(50_000);
  expect(await answers.ask("a", find, here)).toEqual({ value: 1 });
  await clock.advance(1);
  expect(await answers.ask("a", async () => ({ value: 2 }), here)).toEqual({ value: 2 });
});

test("a failure is reported to those who wait for it, and is not kept", async () => {
  const { answers } = start();
  const fail = () => Promise.reject(new Error("the database is away"));
  const waiting = [answers.ask("a", fail, here), answers.ask("a", counting(), here)];
  const failed = { status: "rejected", reason: new Error("the database is away") } as const;
  expect(await Promise.allSettled(waiting)).toEqual([failed, failed]);
  expect(await answers.ask("a", counting(), here)).toEqual({ value: 1 });
});

test("no more are kept than there is room for, and the least recently used is dropped first", async () => {
  const { answers } = start({ maxKept: 2 });
  const find = counting();
  for (const key of ["a", "b", "c"]) await answers.ask(key, find, here);
  expect(await answers.ask("b", find, here)).toEqual({ value: 2 });
  expect(await answers.ask("c", find, here)).toEqual({ value: 3 });
  expect(await answers.ask("a", find, here)).toEqual({ value: 4 });
});

test("work ends when its last caller leaves, and the next caller starts it again", async () => {
  const { answers } = start();
  const first = slow(1);
  const [one, other] = [new AbortController(), new AbortController()];
  const left = [answers.ask("a", first.work, one.signal), answers.ask("a", first.work, other.signal)];
  const reason = new Error("the client left");
  one.abort(reason);
  expect(first.signals.map(({ aborted }) => aborted)).toEqual([false]);
  other.abort(reason);
  expect(first.signals.map(({ aborted }) => aborted)).toEqual([true]);
  const failed = { status: "rejected", reason } as const;
  expect(await Promise.allSettled(left)).toEqual([failed, failed]);
  expect(await answers.ask("a", async () => ({ value: 2 }), here)).toEqual({ value: 2 });
  await expect(answers.ask("b", first.work, one.signal)).rejects.toThrow("the client left");
});
