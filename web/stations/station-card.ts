// The card of one station.

import type { Station } from "../../shared/client/answers.ts";
import { make, setText } from "../dom/dom.ts";
import { newestOf } from "../sea/conditions.ts";
import { formatAgo } from "../words/format.ts";
import { describeStation } from "../words/words.ts";
import { createReadings, type Measured } from "./readings.ts";

/** The content of a card. */
type CardContent = Measured & {
  stationId: string;
  station: Station | undefined;
  /** Whether it sounds now. */
  tuned: boolean;
};

type CardActions = {
  onTune(stationId: string): void;
  onReplay(stationId: string): void;
  onClose(): void;
};

type StationCard = {
  show(content: CardContent): void;
};

/** Creates the card of a station: its values, their history and their sound. */
export function createStationCard(element: HTMLElement, actions: CardActions): StationCard {
  const who = createWho();
  const { tune, replay, close } = createButtons();
  const hear = make("p");
  const readings = createReadings();
  let stationId = "";
  tune.addEventListener("click", () => actions.onTune(stationId));
  replay.addEventListener("click", () => actions.onReplay(stationId));
  close.addEventListener("click", actions.onClose);
  element.replaceChildren(
    make("div", { className: "card-head" }, who.element, close),
    make("div", { className: "card-actions" }, tune, replay),
    make("div", { className: "hear" }, make("h3", { textContent: "What you hear" }), hear),
    make("h3", { className: "unseen", textContent: "Measurements of the past 24 hours" }),
    ...readings.elements,
    make("p", {}, who.link),
  );

  return {
    show(content) {
      stationId = content.stationId;
      element.hidden = false;
      who.show(content);
      readings.show(content);
      setText(tune, content.tuned ? "Tuned in" : "Tune in");
      tune.setAttribute("aria-pressed", String(content.tuned));
      setText(hear, describeStation(content.conditions, content.units, content.nowMs));
    },
  };
}

function createButtons() {
  return {
    tune: make("button", { type: "button", className: "primary" }),
    replay: make("button", { type: "button", textContent: "Past 24 hours" }),
    close: make("button", { type: "button", textContent: "✕", attributes: { "aria-label": "Close the card" } }),
  };
}

/** Shows the station's name, and the time of its last report. */
function createWho() {
  const title = make("h2");
  const about = make("p", { className: "quiet" });
  const owner = make("p", { className: "quiet" });
  const age = make("p", { className: "quiet" });
  const link = make("a", { textContent: "Station page at NDBC", rel: "noopener", target: "_blank" });
  return {
    element: make("div", {}, title, about, owner, age),
    link,
    show({ stationId, station, conditions, nowMs }: CardContent): void {
      setText(title, station?.name ?? stationId);
      const place = station && formatPlace(station);
      setText(about, [stationId, station?.type, place].filter((text) => text).join(" · "));
      setText(owner, station?.owner ? `Owned by ${station.owner}` : "");
      const newest = conditions ? newestOf(conditions) : null;
      setText(age, newest === null ? "No report in the last 24 hours." : `Reported ${formatAgo(nowMs - newest)}`);
      const address = `https://www.ndbc.noaa.gov/station_page.php?station=${stationId.toLowerCase()}`;
      if (link.href !== address) link.href = address;
    },
  };
}

function formatPlace({ latitude, longitude }: Station): string | null {
  if (latitude === null || longitude === null) return null;
  const degrees = (value: number, [plus, minus]: string) =>
    `${Math.abs(value).toFixed(1)}°\u00a0${value < 0 ? minus : plus}`;
  return `${degrees(latitude, "NS")} ${degrees(longitude, "EW")}`;
}
