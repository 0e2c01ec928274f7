import { expect, test } from "bun:test";
import { createGate, type GateLimits } from "../../../services/server/store/gate.ts";
import { createTestClock } from "../../rig/test-clock.ts";

const wide: GateLimits = {
  maxRunning: 3,
  maxRunningPerNetwork: 2,
  maxWaiting: 100,
  maxWaitingPerNetwork: 100,
  maxWaitMs: 4_000,
};

const full = { code: "queue_full", status: 503, headers: { "Retry-After": "10" } };

function start(limits: Partial<GateLimits> = {}) {
  const clock = createTestClock();
  const gate = createGate({ ...wide, ...limits }, clock);
  const begun: string[] = [];
  /** Asks a question that ends when the test calls `end`. */
  function ask(network: string, name: string) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const left = new AbortController();
    const answer = gate.run({ network, signal: left.signal, charge() {} }, () => {
      begun.push(name);
      return promise;
    });
    // A test looks at the answers that it cares about.
    answer.catch(() => {});
    return { answer, end: () => resolve(name), leave: () => left.abort(new Error("the client left")) };
  }
  return { clock, gate, begun, ask, settle: () => clock.advance(0) };
}

test("so many questions run at once, and so many of one network", async () => {
  const { begun, ask, settle } = start();
  const asked = [ask("a", "a1"), ask("a", "a2"), ask("a", "a3"), ask("b", "b1"), ask("c", "c1")];
  await settle();
  expect(begun).toEqual(["a1", "a2", "b1"]);
  for (const question of asked) question.end();
  await Promise.all(asked.map(({ answer }) => answer));
  expect(begun).toHaveLength(5);
});

test("networks take turns, whichever of them asks more", async () => {
  const { begun, ask } = start({ maxRunning: 1 });
  const asked = [ask("a", "a1"), ask("a", "a2"), ask("a", "a3"), ask("a", "a4"), ask("b", "b1"), ask("c", "c1")];
  for (const question of asked) question.end();
  await Promise.all(asked.map(({ answer }) => answer));
  expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "a4"]);
});

test("a question past the limit of its network is refused at once, and those of others still wait", async () => {
  const { gate, ask, settle } = start({ maxRunningPerNetwork: 1, maxWaitingPerNetwork: 2 });
  const asked = [ask("a", "a1"), ask("a", "a2"), ask("a", "a3")];
  await settle();
  expect([gate.isFull("a"), gate.isFull("b")]).toEqual([true, false]);
  await expect(ask("a", "a4").answer).rejects.toMatchObject(full);
  asked.push(ask("b", "b1"));
  for (const question of asked) question.end();
  expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual(["a1", "a2", "a3", "b1"]);
  expect(gate.isFull("a")).toBe(false);
});

test("past the limit of all, every question is refused at once", async () => {
  const { gate, ask, settle } = start({ maxRunning: 1, maxWaiting: 2 });
  const asked = [ask("a", "a1"), ask("b", "b1"), ask("c", "c1")];
  await settle();
  expect(gate.isFull("d")).toBe(true);
  await expect(ask("d", "d1").answer).rejects.toMatchObject(full);
  for (const question of asked) question.end();
  await Promise.all(asked.map(({ answer }) => answer));
});

test("a question whose client leaves gives its place to the next", async () => {
  const { begun, gate, ask, settle } = start({ maxRunning: 1, maxWaiting: 2 });
  const [first, second, third] = [ask("a", "a1"), ask("a", "a2"), ask("b", "b1")];
  await settle();
  second.leave();
  await expect(second.answer).rejects.toThrow("the client left");
  expect(gate.isFull("b")).toBe(false);
  first.end();
  third.end();
  await third.answer;
  expect(begun).toEqual(["a1", "b1"]);
});

test("a question that waits too long is refused, and one that runs is not", async () => {
  const { begun, clock, ask, settle } = start({ maxRunning: 1 });
  const [first, second] = [ask("a", "a1"), ask("b", "b1")];
  await settle();
  await clock.advance(4_000);
  await expect(second.answer).rejects.toMatchObject({ code: "queue_timeout", status: 503 });
  first.end();
  expect(await first.answer).toBe("a1");
  expect(begun).toEqual(["a1"]);
  expect(clock.waiting).toBe(0);
});

test("a client that already receives an answer waits for its next turn, however long the line is", async () => {
  const { clock, gate, ask, settle } = start({ maxRunning: 1, maxWaiting: 1 });
  const asked = [ask("a", "a1"), ask("b", "b1")];
  await settle();
  const asker = { network: "c", signal: new AbortController().signal, charge() {}, isServed: true };
  const served = gate.run(asker, async () => "c1");
  asked[1]?.answer.catch(() => {});
  await clock.advance(4_000);
  for (const question of asked) question.end();
  expect(await served).toBe("c1");
});

test("a question that fails gives its place to the next", async () => {
  const { gate, ask } = start({ maxRunning: 1 });
  const asker = { network: "a", signal: new AbortController().signal, charge() {} };
  const failing = gate.run(asker, () => Promise.reject(new Error("the database is away")));
  await expect(failing).rejects.toThrow("the database is away");
  const next = ask("a", "a1");
  next.end();
  expect(await next.answer).toBe("a1");
});
