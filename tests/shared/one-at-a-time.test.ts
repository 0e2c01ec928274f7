// Concurrent calls that share one run.

import { expect, test } from "bun:test";
import { oneAtATime } from "../../shared/one-at-a-time.ts";

test("calls while it runs share one run, and the next call begins another", async () => {
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let runs = 0;
  const ask = oneAtATime(async () => answers[runs++]?.promise);
  const both = [ask(), ask()];
  expect(runs).toBe(1);
  answers[0]?.resolve("first");
  expect(await Promise.all(both)).toEqual(["first", "first"]);
  answers[1]?.resolve("second");
  expect(await ask()).toBe("second");
  expect(runs).toBe(2);
});

test("a failed run rejects all calls that share it, but no later call", async () => {
  let runs = 0;
  const ask = oneAtATime(async () => {
    if (runs++ === 0) throw new Error("no answer");
    return "an answer";
  });
  const both = await Promise.allSettled([ask(), ask()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask()).toBe("an answer");
});
