import { expect, test } from "bun:test";
import { createRecentAnswers } from "../../../services/server/rest/recent-answers.ts";

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

test("an answer that is too old is found anew", async () => {
  const recent = createRecentAnswers<number>(0, 10);
  const find = counting();
  expect([await recent.share("a", find), await recent.share("a", find)]).toEqual([1, 2]);
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

test("different questions are answered one after the other, also after one that failed", async () => {
  const recent = createRecentAnswers<string>(60_000, 10);
  const told: string[] = [];
  const find = (question: string) => async () => {
    told.push(`begin ${question}`);
    await Promise.resolve();
    told.push(`end ${question}`);
    if (question === "b") throw new Error("the database is away");
    return question;
  };
  const asked = ["a", "b", "c"].map((question) => recent.share(question, find(question)));
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(told).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
});

test("who asks while too many different questions wait is told to try again, and may do so once one is answered", async () => {
  const recent = createRecentAnswers<number>(60_000, 2);
  const first = Promise.withResolvers<number>();
  const asked = [recent.share("a", () => first.promise), recent.share("b", counting())];
  await expect(recent.share("c", counting())).rejects.toMatchObject({ status: 503, headers: { "Retry-After": "10" } });
  first.resolve(7);
  expect(await Promise.all(asked)).toEqual([7, 1]);
  expect(await recent.share("c", counting())).toBe(1);
});
