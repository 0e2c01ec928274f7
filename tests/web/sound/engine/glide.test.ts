// Unit tests of the glide: values, holds and moves from before the start.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createParamGlide } from "../../../../web/sound/engine/glide.ts";

setDefaultTimeout(120_000);

/** Records the calls of a parameter, without any audio. */
function createParam(value: number) {
  let set: { value: number; atS: number }[] = [];
  return {
    value,
    setTargetAtTime() {},
    cancelScheduledValues(fromS: number) {
      set = set.filter(({ atS }) => atS < fromS);
    },
    setValueAtTime: (to: number, atS: number) => set.push({ value: to, atS }),
    /** The last value set, and its time. */
    last: () => set.at(-1),
  };
}

function glideOf(param: ReturnType<typeof createParam>, now = () => 0) {
  return createParamGlide(param, now);
}

describe("A parameter that is held during a move", () => {
  test("keeps the value it has reached, without a jump", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    glide.holdFrom(2.5);
    expect(param.last()?.value).toBeCloseTo(1 - Math.exp(-1), 6);
  });

  test("includes a move that the next one cut short", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 0, 1);
    glide.to(0, 1, 1);
    glide.holdFrom(2);
    expect(param.last()?.value).toBeCloseTo((1 - Math.exp(-1)) * Math.exp(-1), 6);
  });

  test("has the same value whether or not older moves were dropped", () => {
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

  test("drops the moves after the hold", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 5, 1);
    glide.holdFrom(2);
    glide.holdFrom(9);
    expect(param.last()).toEqual({ value: 0, atS: 9 });
  });
});

describe("A parameter with a later hold", () => {
  test("still moves before the hold", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    glide.holdFrom(3);
    glide.holdFrom(2.5);
    expect(param.last()?.value).toBeCloseTo(1 - Math.exp(-1), 6);
  });

  test("moves on from the held value, also if both times are negative", () => {
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
  test("is set to its target when it arrives, not earlier", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    expect(param.last()).toEqual({ value: 1, atS: 12 });
    glide.to(3, 6, 0.5);
    expect(param.last()).toEqual({ value: 3, atS: 16 });
  });

  test("does not restart a move to the same target", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, 2, 0.5);
    glide.to(1, 30, 0.5);
    expect(param.last()).toEqual({ value: 1, atS: 12 });
    glide.to(1, 1, 0.5);
    glide.holdFrom(2);
    expect(param.last()?.value).toBeCloseTo(1 - Math.exp(-2), 6);
  });

  test("starts at the value reached by time 0 if the move began before it", () => {
    const param = createParam(0);
    const glide = glideOf(param);
    glide.to(1, -2, 1);
    glide.to(0, -1, 1);
    glide.holdFrom(1);
    expect(param.last()?.value).toBeCloseTo((1 - Math.exp(-1)) * Math.exp(-2), 6);
  });
});
