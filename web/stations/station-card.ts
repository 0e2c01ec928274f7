// The card of one station.

import { make, setText } from "../dom/dom.ts";
import { newestOf } from "../sea/conditions.ts";
import type { NamedStation } from "../state/network.ts";
import * as cardWords from "../words/english/card.ts";
import { formatAge, isNow } from "../words/format.ts";
import { fill } from "../words/message.ts";
import { formatDecimal } from "../words/units.ts";
import { describeStation } from "../words/words.ts";
import { createReadings, type Measured } from "./readings.ts";

/** The content of a card. */
type CardContent = Measured & {
  stationId: string;
  station: NamedStation | undefined;
  /** Whether it sounds now. */
  tuned: boolean;
  /** Name of the previously tuned-in station; `null` if there is none to compare with. */
  before: string | null;
};

type CardActions = {
  onTune(stationId: string): void;
  onReplay(stationId: string): void;
  onCompare(): void;
  onClose(): void;
};

type StationCard = {
  show(content: CardContent): void;
};

/** Creates the card of a station: its values, their history and their sound. */
export function createStationCard(element: HTMLElement, actions: CardActions): StationCard {
  const who = createWho();
  const { tune, replay, compare, close } = createButtons();
  const hear = make("p");
  const readings = createReadings();
  let stationId = "";
  tune.addEventListener("click", () => actions.onTune(stationId));
  replay.addEventListener("click", () => actions.onReplay(stationId));
  compare.addEventListener("click", actions.onCompare);
  close.addEventListener("click", actions.onClose);
  element.replaceChildren(
    make("div", { className: "card-head" }, who.element, close),
    make("div", { className: "card-actions" }, tune, replay, compare),
    make("div", { className: "hear" }, make("h3", { textContent: cardWords.whatYouHear }), hear),
    make("h3", { className: "unseen", textContent: cardWords.measurements }),
    ...readings.elements,
    make("p", {}, who.link),
  );

  return {
    show(content) {
      stationId = content.stationId;
      element.hidden = false;
      who.show(content);
      readings.show(content);
      setText(tune, content.tuned ? cardWords.tuned : cardWords.tune);
      tune.setAttribute("aria-pressed", String(content.tuned));
      compare.hidden = content.before === null;
      const compareWith = fill(cardWords.compareWith, { station: content.before ?? "" });
      compare.title = compareWith;
      compare.setAttribute("aria-label", compareWith);
      setText(hear, describeStation(content.conditions, content.units, content.nowMs));
    },
  };
}

function createButtons() {
  return {
    tune: make("button", { type: "button", className: "primary" }),
    replay: make("button", { type: "button", textContent: cardWords.past }),
    compare: make("button", { type: "button", textContent: cardWords.compare }),
    close: make("button", { type: "button", textContent: "✕", attributes: { "aria-label": cardWords.close } }),
  };
}

/** Shows the station's name, and the time of its last report. */
function createWho() {
  const title = make("h2");
  const about = make("p", { className: "quiet" });
  const owner = make("p", { className: "quiet" });
  const age = make("p", { className: "quiet" });
  const link = make("a", { textContent: cardWords.ndbcPage, rel: "noopener", target: "_blank" });
  return {
    element: make("div", {}, title, about, owner, age),
    link,
    show({ stationId, station, conditions, nowMs }: CardContent): void {
      setText(title, station?.name ?? stationId);
      const place = station && formatPlace(station);
      const id = station?.name ? stationId : "";
      const type = station?.type === "other" ? "" : station?.type;
      setText(about, [station?.place, id, type, place].filter((text) => text).join(" · "));
      setText(owner, station?.owner ? fill(cardWords.owner, { owner: station.owner }) : "");
      const newest = conditions ? newestOf(conditions) : null;
      setText(age, newest === null ? cardWords.noReport : describeAge(nowMs - newest));
      const address = `https://www.ndbc.noaa.gov/station_page.php?station=${stationId.toLowerCase()}`;
      if (link.href !== address) link.href = address;
    },
  };
}

function formatPlace({ latitude, longitude }: NamedStation): string | null {
  if (latitude === null || longitude === null) return null;
  const parallel = fill(latitude < 0 ? cardWords.south : cardWords.north, {
    degrees: formatDecimal(Math.abs(latitude), 1),
  });
  return `${parallel} ${fill(longitude < 0 ? cardWords.west : cardWords.east, { degrees: formatDecimal(Math.abs(longitude), 1) })}`;
}

function describeAge(ageMs: number): string {
  return isNow(ageMs) ? cardWords.reportedNow : fill(cardWords.reported, { age: formatAge(ageMs) });
}
