import { expect, test } from "bun:test";
import { createRecentAnswers } from "../../services/server/recent-answers.ts";
import { createTestClock } from "../rig/test-clock.ts";

/** Finds 1, 2, 3 … */
function counting() {
  let found = 0;
  return async () => ++found;
}

test("those who ask the same share one answer, also while it is being found", async () => {
  const recent = createRecentAnswers<number>(60_000, 10);
  const find = counting();
  expect(await Promise.all([recent.share("a", find), recent.share("a", find)])).toEqual([1, 1]);
  expect(await recent.share("a", find)).toBe(1);
  expect(await recent.share("b", find)).toBe(2);
});

test("an answer that is too old is found again", async () => {
  const clock = createTestClock();
  const recent = createRecentAnswers<number>(60_000, 10, clock);
  const find = counting();
  expect(await recent.share("a", find)).toBe(1);
  await clock.advance(59_999);
  expect(await recent.share("a", find)).toBe(1);
  await clock.advance(1);
  expect(await recent.share("a", find)).toBe(2);
});

test("a failure is told to who waits for it, and to nobody else", async () => {
  const recent = createRecentAnswers<number>(60_000, 10);
  const fail = () => Promise.reject(new Error("the database is away"));
  const waiting = [recent.share("a", fail), recent.share("a", counting())];
  for (const answer of waiting) await expect(answer).rejects.toThrow("the database is away");
  expect(await recent.share("a", counting())).toBe(1);
});

test("no more are kept than there is room for, and the oldest goes first", async () => {
  const recent = createRecentAnswers<number>(60_000, 2);
  const find = counting();
  for (const question of ["a", "b", "c"]) await recent.share(question, find);
  expect(await recent.share("b", find)).toBe(2);
  expect(await recent.share("c", find)).toBe(3);
  expect(await recent.share("a", find)).toBe(4);
});
