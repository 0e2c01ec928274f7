// Loads the replay bar on first use.

import type { Clock } from "../../shared/clock.ts";
import type { Announcer } from "../dom/announcer.ts";
import { find } from "../dom/dom.ts";
import { lazy } from "../dom/lazy.ts";
import { showMissingPart } from "../dom/missing-part.ts";
import type { Navigation } from "../state/navigation.ts";
import { observe } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import type { ReplayBar } from "./replay-bar.ts";

/**
 * Loads the replay bar at the first replay.
 * @param server `null` if the page has no server
 * @returns a function that steps through the replay by frames
 */
export function offerReplay(
  state: PageState,
  server: string | null,
  { leaveStations }: Navigation,
  announcer: Announcer,
  clock: Clock,
): (frames: number) => void {
  const element = find("replay-bar", HTMLElement);
  const bar = lazy(async (): Promise<ReplayBar> => {
    const { createReplayBar } = await import("./replay-bar.ts");
    return createReplayBar(state, server ?? "", leaveStations, announcer, clock);
  });
  const isReplay = () => state.view.value.mode === "24h";
  observe([state.view], () => {
    if (!isReplay() && bar.value === null) element.hidden = true;
    if (!isReplay() || server === null) return;
    bar.get().catch((error) => {
      if (isReplay()) showMissingPart(element, error);
    });
  });
  return (frames) => bar.value?.step(frames);
}
