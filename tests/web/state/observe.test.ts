import { expect, test } from "bun:test";
import { signal } from "@preact/signals-core";
import { observe, onChange } from "../../../web/state/observe.ts";

test("a change is reported once, and the value that was there before is not", () => {
  const source = signal(1);
  const seen: number[] = [];
  const stop = onChange(source, (value) => seen.push(value));
  source.value = 2;
  source.value = 2;
  source.value = 3;
  stop();
  source.value = 4;
  expect(seen).toEqual([2, 3]);
});

test("what is done at a change may read other signals without following them", () => {
  const [followed, read] = [signal(1), signal(10)];
  const seen: number[] = [];
  observe([followed], () => seen.push(followed.value + read.value));
  onChange(followed, () => seen.push(read.value));
  read.value = 20;
  followed.value = 2;
  expect(seen).toEqual([11, 22, 20]);
});
