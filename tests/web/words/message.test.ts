// Messages with placeholders and plurals.

import { describe, expect, test } from "bun:test";
import { fill, formatList } from "../../../web/words/message.ts";

const stations = { one: "{count} station of {owner}", other: "{count} stations of {owner}" } as const;

describe("A message", () => {
  test("has its values in place of the placeholders, also more than once and with special characters", () => {
    expect(fill("{name}, {value}: {name}", { name: "$& {value}", value: "2 m" })).toBe("$& {value}, 2 m: $& {value}");
  });

  test("has thousands separators in its numbers", () => {
    expect(fill("{rung} of {arrived}", { rung: 12, arrived: 1_200 })).toBe("12 of 1,200");
  });

  test("has a singular and a plural", () => {
    const texts = [0, 1, 2, 1_200].map((count) => fill(stations, { count, owner: "NDBC" }));
    expect(texts).toEqual(["0 stations of NDBC", "1 station of NDBC", "2 stations of NDBC", "1,200 stations of NDBC"]);
  });

  test("does not compile without a value for each placeholder, or with another value", () => {
    const compiled = () => {
      // @ts-expect-error: no value for `{value}`.
      fill("{name}: {value}", { name: "a" });
      // @ts-expect-error: no placeholder `{other}`.
      fill("{name}", { name: "a", other: "b" });
      // @ts-expect-error: a plural needs its count,
      fill(stations, { owner: "NDBC" });
      // @ts-expect-error: which is a number,
      fill(stations, { count: "2", owner: "NDBC" });
      // @ts-expect-error: and its other values.
      fill(stations, { count: 2 });
    };
    expect(compiled).toBeFunction();
  });
});

test("A list of phrases has commas", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(formatList)).toEqual(["", "a", "a, b", "a, b, c"]);
});
