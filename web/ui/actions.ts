// Actions of keys and buttons.

import { find } from "../dom/dom.ts";
import type { WorldMap } from "../map/world-map.ts";
import type { Navigation } from "../state/navigation.ts";
import type { PageState } from "../state/page-state.ts";
import type { KeyAction } from "./keys.ts";

/** Parts of the page that the actions use. */
type ActionParts = {
  state: PageState;
  navigation: Navigation;
  map: WorldMap;
  pressListen(): unknown;
  /** Steps through the replay by frames, back if negative. */
  stepReplay(frames: number): void;
  focusSearch(): void;
};

const zoomStep = 1.6;

/** Returns the action of each key. */
export function createActions(parts: ActionParts): Record<KeyAction, () => unknown> {
  const { navigation, map, stepReplay } = parts;
  const { view, settings } = parts.state;
  const isReplay = () => view.value.mode === "24h";
  const toggle = (id: string) => () => find(id, HTMLElement).togglePopover();
  return {
    listen: parts.pressListen,
    mute() {
      settings.value = { ...settings.value, muted: !settings.value.muted };
    },
    network: navigation.leaveStations,
    tune: () => view.value.stationId !== null && navigation.tune(view.value.stationId),
    "24h": () => navigation.changeMode("24h", null),
    back: navigation.back,
    swap: navigation.swap,
    left: () => (isReplay() ? stepReplay(-1) : map.chooseNext("left")),
    right: () => (isReplay() ? stepReplay(1) : map.chooseNext("right")),
    up: () => map.chooseNext("up"),
    down: () => map.chooseNext("down"),
    "zoom-in": () => map.zoomBy(zoomStep),
    "zoom-out": () => map.zoomBy(1 / zoomStep),
    "whole-world": map.showWholeWorld,
    search: parts.focusSearch,
    legend: toggle("legend"),
    mixer: toggle("mixer"),
    help: toggle("help"),
  };
}
