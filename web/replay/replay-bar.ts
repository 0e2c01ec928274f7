// The bar with the time slider of the replay.

import type { Clock } from "../../shared/clock.ts";
import { clamp } from "../../shared/numbers.ts";
import type { Announcer } from "../dom/announcer.ts";
import { find, setText } from "../dom/dom.ts";
import type { PastDay, PastOf } from "../sea/past-day.ts";
import { boxAround } from "../sea/region.ts";
import { framesPerDay, isMeasured } from "../sea/replay-frames.ts";
import { placedStations } from "../state/network.ts";
import { observe, onChange } from "../state/observe.ts";
import type { PageState } from "../state/page-state.ts";
import { beginProgramme } from "../state/programme.ts";
import * as replayWords from "../words/english/replay.ts";
import { fill } from "../words/message.ts";
import { createPastLoader } from "./past-loader.ts";

/** The bar under the map that shows and sets the replay's time. */
export type ReplayBar = {
  /** Steps forward, or back with a negative number of frames. */
  step(frames: number): void;
};

/** While the slider is dragged, intermediate positions do not play. */
const scrubDelayMs = 150;

/** Connects the replay bar of the page. @param server provides the past @param onBackToNow called by a button */
export function createReplayBar(
  state: PageState,
  server: string,
  onBackToNow: () => void,
  { answer }: Announcer,
  clock: Clock,
): ReplayBar {
  const { view, inView, past, pastFrame, pastAtMs } = state;
  const bar = find("replay-bar", HTMLElement);
  const loader = createPastLoader(state, server, clock);
  const stepSlider = followSlider(state, clock);
  find("replay-live", HTMLElement).addEventListener("click", onBackToNow);
  observe([view, inView, state.stationsLoaded], showOrHide);
  onChange(state.connection, ({ kind }) => kind === "live" && showOrHide());
  observe([past, pastFrame, loader.progress, view, inView, state.stationsLoaded], () => {
    const day = past.value;
    if (day !== null) pastAtMs.value = day.frames[pastFrame.value]?.atMs ?? null;
    if (view.value.mode !== "24h") pastAtMs.value = null;
    else if (day !== null) showText(describeMoment(day, pastFrame.value));
    else showWait(describeWait());
  });
  return {
    step(frames) {
      stepSlider(frames);
      answer(() => (past.value === null ? describeWait() : describeMoment(past.value, pastFrame.value)));
    },
  };

  function showOrHide(): void {
    if (view.value.mode !== "24h") {
      hide();
      return;
    }
    bar.hidden = false;
    const of = pastInView(state);
    if (of !== null && of !== "nothing") loader.load(of);
  }

  function hide(): void {
    if (bar.contains(document.activeElement)) find("listen", HTMLElement).focus();
    bar.hidden = true;
    loader.drop();
    pastFrame.value = 0;
  }

  /** Also announces why no past will sound. */
  function showWait(text: string): void {
    if (showText(text) && text !== replayWords.fetching) answer(() => text);
  }

  function describeWait(): string {
    if (pastInView(state) === "nothing") return replayWords.nothing;
    return loader.progress.value === "failed" ? replayWords.failed : replayWords.fetching;
  }
}

/** Returns the past to replay: the selected station's, or that of the region in view. `null`: not known yet. */
function pastInView({ view, network, inView, stationsLoaded }: PageState): PastOf | "nothing" | null {
  const { stationId } = view.value;
  if (stationId !== null) return { stationId };
  if (stationsLoaded.value === 0) return null;
  const all = placedStations(network);
  if (inView.value.size === all.length) return { bbox: null };
  const bbox = boxAround(all.filter((station) => inView.value.has(station.stationId)));
  return bbox === null ? "nothing" : { bbox };
}

/**
 * Connects the slider: it sets the frame, and shows the sounding frame unless the user drags it.
 * @returns a function that steps by frames
 */
function followSlider(state: PageState, clock: Clock): (frames: number) => void {
  const { past, pastFrame } = state;
  const slider = find("replay-position", HTMLInputElement);
  let cancelScrub: (() => void) | null = null;
  slider.addEventListener("input", () => scrubTo(Number(slider.value)));
  observe([pastFrame], () => {
    slider.value = String(pastFrame.value);
  });
  onChange(state.heardFrame, (frame) => {
    if (frame !== null && cancelScrub === null && state.player.value === "playing") pastFrame.value = frame;
  });
  // A dropped day plays no frame.
  onChange(past, (day) => day ?? endScrub());
  return (frames) => scrubTo(pastFrame.value + frames);

  function scrubTo(frame: number): void {
    if (past.value === null) return;
    pastFrame.value = clamp(frame, 0, framesPerDay - 1);
    endScrub();
    cancelScrub = clock.after(scrubDelayMs, () => {
      cancelScrub = null;
      beginProgramme(state, pastFrame.value);
    });
  }

  function endScrub(): void {
    cancelScrub?.();
    cancelScrub = null;
  }
}

function describeMoment({ frames }: PastDay, frame: number): string {
  const text = new Date(frames[frame]?.atMs ?? 0).toISOString();
  const moment = { date: text.slice(0, 10), time: text.slice(11, 16) };
  return fill(frames.some(isMeasured) ? replayWords.moment : replayWords.notMeasured, moment);
}

/** @returns whether the text is another one */
function showText(text: string): boolean {
  const time = find("replay-time", HTMLElement);
  const isNew = time.textContent !== text;
  setText(time, text);
  find("replay-position", HTMLInputElement).setAttribute("aria-valuetext", text);
  return isNew;
}
