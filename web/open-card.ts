import type { Clock } from "../shared/clock.ts";
import { type Conditions, loadHistory, type Station } from "./api.ts";
import { find } from "./dom.ts";
import { addReport, type PastReport } from "./replay-frames.ts";
import { type CardHistory, createStationCard } from "./station-card.ts";
import { deadline } from "./stream.ts";
import type { Units } from "./units.ts";

/** What the card shows of a station besides its past day. */
export type CardFacts = {
  station: Station | undefined;
  conditions: Conditions | undefined;
  units: Units;
  /** Whether it is heard now. */
  tuned: boolean;
};

export type OpenCardParts = {
  clock: Clock;
  /** `null` where no server can be asked. */
  server: string | null;
  factsOf(stationId: string): CardFacts;
  onTune(stationId: string): void;
  onReplay(stationId: string): void;
  onClose(): void;
};

/** The card of the chosen station, with its past day. */
export type OpenCard = {
  /** Opens the card of a station, or closes it. */
  open(stationId: string | null): void;
  /** Shows what is known by now. */
  update(): void;
  /** A report has come; that of the station whose card is open goes on its past day. */
  take(report: PastReport & { stationId: string }): void;
  /** Asks for the past day anew. */
  reload(): void;
  /** The past day of the station whose card is open; empty while it is not known. */
  readonly history: Exclude<CardHistory, string>;
};

const dayMs = 24 * 60 * 60_000;

/** Fetched with the first station that somebody chooses. */
export function createOpenCard({ clock, server, factsOf, ...actions }: OpenCardParts): OpenCard {
  const element = find("card", HTMLElement);
  const card = createStationCard(element, actions);
  let shown: string | null = null;
  let history: CardHistory = "loading";
  /** What has come since the card was opened: an answer may not know it yet. */
  let arrived: PastReport[] = [];
  let asking = new AbortController();

  return {
    open(stationId) {
      const isAnother = stationId !== shown;
      shown = stationId;
      if (stationId === null) close();
      if (isAnother) {
        history = "loading";
        arrived = [];
      }
      update();
      if (isAnother) void reload();
    },
    update,
    take(report) {
      if (report.stationId !== shown) return;
      const sinceMs = clock.now() - dayMs;
      arrived = addReport(arrived, report, sinceMs);
      if (typeof history !== "string") history = addReport(history, report, sinceMs);
      update();
    },
    reload: () => void reload(),
    get history() {
      return typeof history === "string" ? [] : history;
    },
  };

  /** Whoever has closed it by keys goes on at the map. */
  function close(): void {
    if (element.contains(document.activeElement)) find("map", HTMLElement).focus();
    element.hidden = true;
  }

  async function reload(): Promise<void> {
    const stationId = shown;
    if (stationId === null || server === null) return;
    const sinceMs = clock.now() - dayMs;
    let loaded: CardHistory;
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      loaded = await loadHistory(server, stationId, sinceMs, deadline(clock, signal));
    } catch {
      loaded = typeof history === "string" ? "unknown" : history;
    }
    // It may have been asked for again, or another station chosen since.
    if (signal.aborted || shown !== stationId) return;
    history =
      typeof loaded === "string" ? loaded : arrived.reduce((past, one) => addReport(past, one, sinceMs), loaded);
    update();
  }

  function update(): void {
    if (shown !== null) card.show({ stationId: shown, history, nowMs: clock.now(), ...factsOf(shown) });
  }
}
