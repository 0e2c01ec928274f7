// Navigation between views.

import { beforeEach, describe, expect, test } from "bun:test";
import { createNavigation, type Navigation } from "../../../web/state/navigation.ts";
import { onChange } from "../../../web/state/observe.ts";
import type { Programme } from "../../../web/state/page-state.ts";
import { createPageState, type PageState } from "../../../web/state/page-state.ts";
import { firstSettings } from "../../../web/state/settings.ts";
import { firstView } from "../../../web/state/view-url.ts";

let state: PageState;
let navigation: Navigation;
let begun: (Programme | null)[];

beforeEach(() => {
  state = createPageState(firstView, firstSettings("en"));
  navigation = createNavigation(state);
  begun = [];
  onChange(state.programme, (programme) => begun.push(programme));
});

const frames = [{ atMs: 0 }] as never[];

describe("A step to another view", () => {
  test("to a station's card does not change the sound", () => {
    navigation.choose("46026");
    expect(state.view.value).toMatchObject({ mode: "network", stationId: "46026" });
    expect(begun).toEqual([]);
  });

  test("to another station tunes in to it if one is tuned in", () => {
    navigation.tune("46026");
    navigation.choose("44009");
    expect(begun).toEqual([
      { mode: "tune", stationId: "46026", preset: "harbour" },
      { mode: "tune", stationId: "44009", preset: "harbour" },
    ]);
    navigation.choose(null);
    expect(state.view.value).toMatchObject({ mode: "network", stationId: null });
  });

  test("back and forth compares two stations", () => {
    navigation.tune("46026");
    expect(navigation.stationBefore.value).toBeNull();
    navigation.tune("44009");
    expect(navigation.stationBefore.value).toBe("46026");
    navigation.swap();
    navigation.swap();
    expect(begun.map((programme) => programme?.mode === "tune" && programme.stationId)).toEqual([
      "46026",
      "44009",
      "46026",
      "44009",
    ]);
  });

  test("to the same view restarts it", () => {
    navigation.leaveStations();
    navigation.leaveStations();
    expect(begun).toHaveLength(2);
  });

  test("tunes in to any station if none is selected, and to none if there is none", () => {
    navigation.changeMode("tune", null);
    expect(state.view.value.mode).toBe("network");
    navigation.changeMode("tune", "51001");
    expect(state.view.value).toMatchObject({ mode: "tune", stationId: "51001" });
  });
});

describe("The past day", () => {
  test("starts once it is loaded, and only if it is of the station in view", () => {
    navigation.replayStation("46026");
    expect(begun).toEqual([]);
    state.past.value = { of: { stationId: "46026" }, frames };
    state.pastFrame.value = 7;
    navigation.listenTo({ preset: "calm" });
    expect(begun).toEqual([{ mode: "24h", preset: "calm", day: state.past.value, fromFrame: 7 }]);
    navigation.replayStation("44009");
    expect(begun).toHaveLength(1);
  });

  test("restarts at its first frame after its end", () => {
    navigation.listenTo({ mode: "24h" });
    state.past.value = { of: { bbox: null }, frames };
    state.pastFrame.value = 143;
    navigation.listenTo({ mode: "24h" });
    expect(begun).toMatchObject([{ fromFrame: 0 }]);
  });
});
