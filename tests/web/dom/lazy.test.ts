// Parts of the page that load on first use.

import { expect, test } from "bun:test";
import { lazy } from "../../../web/dom/lazy.ts";

test("loads once, however often it is used", async () => {
  let loads = 0;
  const part = lazy(async () => ++loads);
  expect(part.value).toBeNull();
  expect(await Promise.all([part.get(), part.get()])).toEqual([1, 1]);
  expect([await part.get(), part.value, loads]).toEqual([1, 1, 1]);
});

test("can be retried after a failure", async () => {
  let isThere = false;
  const part = lazy(async () => {
    if (!isThere) throw new Error("no network");
    return "there";
  });
  await expect(part.get()).rejects.toThrow("no network");
  isThere = true;
  expect(await part.get()).toBe("there");
});
