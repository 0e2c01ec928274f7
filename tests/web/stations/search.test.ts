// The search of the station list.

import { expect, test } from "bun:test";
import { matchesSearch } from "../../../web/stations/search.ts";

const nowhere = {
  latitude: null,
  longitude: null,
  elevationM: null,
  program: null,
  type: null,
};
const stations = [
  { stationId: "46026", name: "San Francisco", place: "18NM West of San Francisco, CA", owner: "NDBC", ...nowhere },
  { stationId: "44009", name: "Delaware Bay", place: "26 NM Southeast of Cape May, NJ", owner: "NDBC", ...nowhere },
  { stationId: "46214", name: "Point Reyes, CA (029)", place: "", owner: "SCRIPPS", ...nowhere },
  { stationId: "62105", name: "K4 Buoy", place: "", owner: "UK Met Office", ...nowhere },
];
const found = (wanted: string) =>
  stations.filter((station) => matchesSearch(station.stationId, station, wanted)).map(({ stationId }) => stationId);

test.each([
  ["", ["46026", "44009", "46214", "62105"]],
  ["460", ["46026"]],
  ["san fran", ["46026"]],
  ["Francisco", ["46026"]],
  ["california", ["46026", "46214"]],
  ["reyes california", ["46214"]],
  ["new jersey", ["44009"]],
  ["scripps", ["46214"]],
  ["k4", ["62105"]],
])("%p is found where each word begins a word of id, name, owner or state", (wanted, ids) => {
  expect(found(wanted)).toEqual(ids);
});

test.each([
  ["a letter changed", "Franzisco"],
  ["a letter missing", "Francsco"],
  ["a letter added", "Frrancisco"],
  ["two letters swapped", "Fracnisco"],
])("a word with %s is still found", (_, wanted) => {
  expect(found(wanted)).toEqual(["46026"]);
});

test("two errors, or one in a short word or an id, find nothing", () => {
  expect(["Frnzsco", "cay", "46027", "kq"].flatMap(found)).toEqual([]);
});

test("a station without a name is found by its id", () => {
  expect(matchesSearch("51001", undefined, "510")).toBeTrue();
  expect(matchesSearch("51001", undefined, "46")).toBeFalse();
});
