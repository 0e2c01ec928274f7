import { expect, test } from "bun:test";
import { lazy } from "../../../web/dom/lazy.ts";

test("is fetched once, however often it is asked for", async () => {
  let loads = 0;
  const part = lazy(async () => ++loads);
  expect(part.value).toBeNull();
  expect(await Promise.all([part.get(), part.get()])).toEqual([1, 1]);
  expect([await part.get(), part.value, loads]).toEqual([1, 1, 1]);
});

test("may be tried again after a failure", async () => {
  let isThere = false;
  const part = lazy(async () => {
    if (!isThere) throw new Error("no network");
    return "there";
  });
  await expect(part.get()).rejects.toThrow("no network");
  isThere = true;
  expect(await part.get()).toBe("there");
});
