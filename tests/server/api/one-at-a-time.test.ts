import { expect, test } from "bun:test";
import { createOneAtATime } from "../../../services/server/api/one-at-a-time.ts";

test("work waits for its turn, also after some that failed", async () => {
  const oneAtATime = createOneAtATime(10);
  const told: string[] = [];
  const work = (name: string) => async () => {
    told.push(`begin ${name}`);
    await Promise.resolve();
    told.push(`end ${name}`);
    if (name === "b") throw new Error("the database is away");
  };
  const given = await Promise.allSettled(["a", "b", "c"].map((name) => oneAtATime(work(name))));
  expect(given.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(told).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
});

test("who comes while too much waits is told to try again, and may do so once some of it is done", async () => {
  const oneAtATime = createOneAtATime(2);
  const first = Promise.withResolvers<string>();
  const given = [oneAtATime(() => first.promise), oneAtATime(async () => "second")];
  const late = oneAtATime(async () => "late");
  await expect(late).rejects.toMatchObject({ status: 503, headers: { "Retry-After": "10" } });
  first.resolve("first");
  expect(await Promise.all(given)).toEqual(["first", "second"]);
  expect(await oneAtATime(async () => "again")).toBe("again");
});
