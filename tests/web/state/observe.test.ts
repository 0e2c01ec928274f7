// Helpers to subscribe to signals.

import { expect, test } from "bun:test";
import { signal } from "@preact/signals-core";
import { observe, onChange } from "../../../web/state/observe.ts";

test("reports each change once, and not the initial value", () => {
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

test("reading other signals in a callback does not subscribe to them", () => {
  const [followed, read] = [signal(1), signal(10)];
  const seen: number[] = [];
  observe([followed], () => seen.push(followed.value + read.value));
  onChange(followed, () => seen.push(read.value));
  read.value = 20;
  followed.value = 2;
  expect(seen).toEqual([11, 22, 20]);
});
