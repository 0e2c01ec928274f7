// Captions of the sound.

import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createCaptions } from "../../../web/listen/captions.ts";
import { introductions } from "../../../web/sound/score/introduction.ts";
import { createTestClock } from "../../rig/test-clock.ts";

setDefaultTimeout(120_000);

/** The parts of an element that captions use. */
class Lines {
  textContent = "";
  children: Lines[] = [];
  parent: Lines | null = null;
  get firstElementChild(): Lines | undefined {
    return this.children[0];
  }
  append(...lines: Lines[]): void {
    for (const line of lines) line.parent = this;
    this.children.push(...lines);
  }
  replaceChildren(): void {
    this.children = [];
  }
  remove(): void {
    if (this.parent) this.parent.children = this.parent.children.filter((line) => line !== this);
  }
}

const element = new Lines();
const shown = () => element.children.map(({ textContent }) => textContent);
const before = globalThis.document;
beforeAll(() => void Object.assign(globalThis, { document: { createElement: () => new Lines() } }));
afterAll(() => void Object.assign(globalThis, { document: before }));
afterEach(() => element.replaceChildren());

function captionsHere() {
  const clock = createTestClock();
  const captions = createCaptions(element as unknown as HTMLElement, clock);
  return { clock, captions, startMs: clock.monotonicMs() };
}

test("shows every sentence of the introduction at its time", async () => {
  const { clock, captions, startMs } = captionsHere();
  for (const { field, atS } of introductions) captions.show(field, startMs + atS * 1_000);
  const seen = new Set<string>();
  for (let ms = 0; ms < 7_000; ms += 50) {
    await clock.advance(50);
    for (const line of shown()) seen.add(line);
  }
  expect([...seen]).toEqual(introductions.map(({ field }) => `♪ ${field}`));
});

test("if bells ring too fast to read, shows the newest as soon as possible, with a count of the others", async () => {
  const { clock, captions, startMs } = captionsHere();
  for (const [index, ms] of [0, 200, 400, 600].entries()) captions.show(`bell ${index}`, startMs + ms);
  await clock.advance(700);
  expect(shown()).toEqual(["♪ bell 0"]);
  await clock.advance(400);
  expect(shown()).toEqual(["♪ bell 0", "♪ bell 3 (and 2 more)"]);
});

test("shows no pending caption of the previous station after another is selected", async () => {
  const { clock, captions, startMs } = captionsHere();
  captions.show("the old one", startMs + 500);
  captions.clear();
  captions.show("the new one", startMs + 600);
  await clock.advance(2_000);
  expect(shown()).toEqual(["♪ the new one"]);
});
