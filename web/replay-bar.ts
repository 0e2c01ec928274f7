import type { Clock } from "../shared/clock.ts";
import { find, setText } from "./dom.ts";
import { loadPastDay, type PastDay, type PastOf } from "./past-day.ts";
import { boxAround } from "./region.ts";
import { framesPerDay, isMeasured } from "./replay-frames.ts";
import type { PlacedStation } from "./shown-stations.ts";
import { deadline } from "./stream.ts";

export type ReplayBarParts = {
  clock: Clock;
  /** Where the past is asked for. */
  server: string;
  stationsInView(): string[];
  /** To be played from a frame on: its past was loaded, or somebody chose another time of it. */
  onPlay(fromFrame: number): void;
  /** The time of the frame that is shown. */
  onTime(atMs: number): void;
  onBackToNow(): void;
  /** The frame that is heard now; `null` where none is. */
  heardFrame(): number | null;
};

/** The bar under the map that shows which moment of the past is heard, and lets it be chosen. */
export type ReplayBar = {
  readonly day: PastDay | null;
  /** Where to begin: the frame that is shown, or the first once the day is over. */
  readonly frame: number;
  /**
   * Shows the bar, and loads what it does not have; where it was within the day stays.
   * @param of a station, or all of which those in view are replayed; `null` while these are not known
   */
  show(of: string | readonly PlacedStation[] | null): void;
  hide(): void;
  /** Goes some frames on, or back. */
  step(frames: number): void;
};

/** Between two positions of the slider while it is dragged nothing need be played. */
const scrubDelayMs = 150;
const followMs = 400;
const fetching = "Fetching the past 24 hours…";

/** Makes the bar work that is in the page. */
export function createReplayBar({
  clock,
  server,
  stationsInView,
  onPlay,
  onTime,
  onBackToNow,
  heardFrame,
}: ReplayBarParts): ReplayBar {
  const bar = find("replay-bar", HTMLElement);
  const slider = find("replay-position", HTMLInputElement);
  const time = find("replay-time", HTMLElement);
  let day: PastDay | null = null;
  /** Whose past is asked for, or else there. */
  let wanted: PastOf | null = null;
  let loading: AbortController | null = null;
  let cancelScrub: (() => void) | undefined;
  let endFollowing: (() => void) | undefined;
  slider.addEventListener("input", () => scrubTo(Number(slider.value)));
  find("replay-live", HTMLElement).addEventListener("click", onBackToNow);

  return {
    get day() {
      return day;
    },
    get frame() {
      const shown = Number(slider.value);
      return shown === framesPerDay - 1 ? 0 : shown;
    },
    show(wish) {
      bar.hidden = false;
      endFollowing ??= clock.every(followMs, follow);
      if (wish === null) return showText(fetching);
      const of = typeof wish === "string" ? { stationId: wish } : regionInView(wish);
      if (of === null) return showNothing();
      if (wanted !== null && isSame(wanted, of) && (day !== null || loading !== null)) return;
      void fetchDay(of);
    },
    hide() {
      if (bar.contains(document.activeElement)) find("listen", HTMLElement).focus();
      bar.hidden = true;
      loading?.abort();
      endFollowing?.();
      cancelScrub?.();
      cancelScrub = endFollowing = undefined;
      day = wanted = loading = null;
      slider.value = "0";
    },
    step: (frames) => scrubTo(Number(slider.value) + frames),
  };

  /** `null` where no station is in view. */
  function regionInView(all: readonly PlacedStation[]): PastOf | null {
    const inView = new Set(stationsInView());
    if (inView.size === all.length) return { bbox: null };
    const bbox = boxAround(all.filter(({ stationId }) => inView.has(stationId)));
    return bbox && { bbox };
  }

  function showNothing(): void {
    if (day === null) showText("No station is in view: zoom out to hear the past");
  }

  async function fetchDay(of: PastOf): Promise<void> {
    // Another station's day begins at its beginning; the day of a region goes on where the map was moved.
    const goesOn = day !== null && wanted !== null && !("stationId" in wanted) && !("stationId" in of);
    loading?.abort();
    const request = new AbortController();
    loading = request;
    wanted = of;
    if (!goesOn) day = null;
    if (!goesOn) showText(fetching);
    try {
      const loaded = await loadPastDay(server, of, clock.now(), deadline(clock, request.signal));
      if (loading !== request) return;
      loading = null;
      wanted = loaded.of;
      // Without a network the whole network's day stands in for every region's: where it is there already, it plays on.
      if (day !== null && isSame(day.of, wanted)) return;
      day = loaded;
    } catch (error) {
      if (loading !== request) return;
      console.info("the past day could not be loaded:", error);
      if (day === null) showText("The past 24 hours could not be loaded");
      loading = null;
      // What is still there is another's: this one is asked for again.
      wanted = day?.of ?? null;
      return;
    }
    const frame = goesOn ? Number(slider.value) : 0;
    slider.value = String(frame);
    showFrame(frame);
    onPlay(frame);
  }

  function scrubTo(frame: number): void {
    if (day === null) return;
    const position = Math.min(framesPerDay - 1, Math.max(0, frame));
    slider.value = String(position);
    showFrame(position);
    cancelScrub?.();
    cancelScrub = clock.after(scrubDelayMs, () => {
      cancelScrub = undefined;
      onPlay(position);
    });
  }

  /** Shows what is heard, unless somebody is choosing. */
  function follow(): void {
    const frame = heardFrame();
    if (frame === null || cancelScrub !== undefined || String(frame) === slider.value) return;
    slider.value = String(frame);
    showFrame(frame);
  }

  function showFrame(index: number): void {
    const atMs = day?.frames[index]?.atMs;
    if (atMs === undefined) return;
    const text = new Date(atMs).toISOString();
    const at = `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
    showText(day?.frames.some(isMeasured) ? at : `${at}: nothing was measured in these 24 hours`);
    onTime(atMs);
  }

  function showText(text: string): void {
    setText(time, text);
    slider.setAttribute("aria-valuetext", text);
  }
}

function isSame(one: PastOf, other: PastOf): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
