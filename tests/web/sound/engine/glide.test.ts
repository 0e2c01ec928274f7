import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createGlide } from "../../../../web/sound/engine/glide.ts";

setDefaultTimeout(120_000);

/** Remembers what a parameter is told, instead of doing it. */
function createParam(value: number) {
  let set: { value: number; atS: number }[] = [];
  return {
    value,
    setTargetAtTime() {},
    cancelScheduledValues(fromS: number) {
      set = set.filter(({ atS }) => atS < fromS);
    },
    setValueAtTime: (to: number, atS: number) => set.push({ value: to, atS }),
    /** Where it was last told to be. */
    last: () => set.at(-1),
  };
}

function glideOf(param: ReturnType<typeof createParam>, now = () => 0) {
  return createGlide(param, now);
}

describe("A parameter that is stopped on its way", () => {
  test("stays where it has come by then, so that nothing jumps", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    glide.holdFrom(2.5);
    expect(param.last()?.value).toBeCloseTo(1 - Math.exp(-1), 6);
  });

  test("counts in a move that was not over when the next began", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 0, 1);
    glide.to(0, 1, 1);
    glide.holdFrom(2);
    expect(param.last()?.value).toBeCloseTo((1 - Math.exp(-1)) * Math.exp(-1), 6);
  });

  test("is the same whether or not its past was forgotten meanwhile", () => {
    let nowS = 0;
    const held = [() => 0, () => nowS].map((now) => {
      nowS = 0;
      const param = createParam(0.3);
      const glide = glideOf(param, now);
      for (let step = 0; step < 200; step++) {
        nowS = step / 10;
        glide.to(step % 7, step / 10, 0.4);
      }
      glide.holdFrom(20.05);
      return param.last()?.value ?? Number.NaN;
    });
    expect(held[0]).toBeCloseTo(held[1] ?? Number.NaN, 9);
  });

  test("forgets what would have come after", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 5, 1);
    glide.holdFrom(2);
    glide.holdFrom(9);
    expect(param.last()).toEqual({ value: 0, atS: 9 });
  });
});

describe("A parameter that is to stop later", () => {
  test("is still on its way before that", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    glide.holdFrom(3);
    glide.holdFrom(2.5);
    expect(param.last()?.value).toBeCloseTo(1 - Math.exp(-1), 6);
  });

  test("sets out again from where it stopped, also if both were before time began", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, -3, 1);
    glide.to(5, -1, 1);
    glide.holdFrom(-2);
    glide.to(0, -2, 1);
    glide.holdFrom(1);
    expect(param.last()?.value).toBeCloseTo((1 - Math.exp(-1)) * Math.exp(-3), 6);
  });
});

describe("A parameter that moves", () => {
  test("is told when it has arrived, and not before", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    expect(param.last()).toEqual({ value: 1, atS: 12 });
    glide.to(3, 6, 0.5);
    expect(param.last()).toEqual({ value: 3, atS: 16 });
  });

  test("does not set out again for where it already goes", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    glide.to(1, 30, 0.5);
    expect(param.last()).toEqual({ value: 1, atS: 12 });
    glide.to(1, 1, 0.5);
    glide.holdFrom(2);
    expect(param.last()?.value).toBeCloseTo(1 - Math.exp(-2), 6);
  });

  test("may have begun before time did, and then begins where it has come by then", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, -2, 1);
    glide.to(0, -1, 1);
    glide.holdFrom(1);
    expect(param.last()?.value).toBeCloseTo((1 - Math.exp(-1)) * Math.exp(-2), 6);
  });
});
