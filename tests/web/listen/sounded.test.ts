// Scheduled sound events in the page's state.

import { expect, test } from "bun:test";
import { effect, signal } from "@preact/signals-core";
import { gatherSounded } from "../../../web/listen/sounded.ts";
import { lighthouseHz } from "../../../web/sound/mapping.ts";
import { onChange } from "../../../web/state/observe.ts";
import { createPageState, type Sounded } from "../../../web/state/page-state.ts";
import { firstSettings } from "../../../web/state/settings.ts";
import { firstView } from "../../../web/state/view-url.ts";

test("subscribers receive all first events of a score, even if it starts within an effect", async () => {
  const state = createPageState(firstView, firstSettings("en"));
  const take = gatherSounded(state);
  const seen: (readonly Sounded[])[] = [];
  onChange(state.sounded, (all) => seen.push(all));
  const begins = signal(true);
  const ping = { event: { type: "ping", t: 0, hz: lighthouseHz.north, gainDb: 0, pan: 0 }, atMs: 9 } as const;
  const knock = { event: { type: "knock", t: 0, gainDb: 0, pan: 0, stationId: "46026" }, atMs: 10 } as const;
  effect(() => {
    if (!begins.value) return;
    take(ping);
    take(knock);
  });
  expect(seen).toEqual([]);
  await Promise.resolve();
  expect(seen).toEqual([[ping, knock]]);
  expect(state.northAtMs.value).toBe(9);
});
