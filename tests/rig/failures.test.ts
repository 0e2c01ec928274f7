// Tests of the failures that `bun run test` prints again at its end.
import { expect, test } from "bun:test";
import { failuresIn } from "./failures.ts";

test("a failed test is shown again with its reason, and nothing of the tests around it", () => {
  const output = [
    "a.test.ts:",
    "hello",
    "(pass) one [0.32ms]",
    "2 | expect(1).toBe(2);",
    "error: expect(received).toBe(expected)",
    "      at <anonymous> (a.test.ts:2:11)",
    "(fail) two [53.16ms]",
    "(pass) three [0.32ms]",
    "",
    "1 tests failed:",
    "(fail) two [53.16ms]",
    "",
    " 2 pass",
    " 1 fail",
  ].join("\n");
  const [failure, ...others] = failuresIn(output);
  expect(failure).toBe(
    "2 | expect(1).toBe(2);\nerror: expect(received).toBe(expected)\n      at <anonymous> (a.test.ts:2:11)\n(fail) two [53.16ms]",
  );
  expect(others).toEqual([]);
});
