// Readable names of stations.

import { expect, test } from "bun:test";
import { stationName } from "../../../web/words/station-names.ts";

test.each([
  ["SAN FRANCISCO - 18NM West of San Francisco, CA", "San Francisco", "18NM West of San Francisco, CA"],
  [
    "CENTRAL GULF OF ALASKA -  265NM West of Cape Ommaney, AK",
    "Central Gulf of Alaska",
    "265NM West of Cape Ommaney, AK",
  ],
  ["MID SUPERIOR- 60 NM North Northeast Hancock, MI", "Mid Superior", "60 NM North Northeast Hancock, MI"],
  ["EAST SUPERIOR -70 NM NE Marquette, MI", "East Superior", "70 NM NE Marquette, MI"],
  ["NE PUERTO RICO - 170 NM NNE of San Juan, PR", "NE Puerto Rico", "170 NM NNE of San Juan, PR"],
  ["FREEPORT, TX - 60 NM South of Freeport, TX", "Freeport, TX", "60 NM South of Freeport, TX"],
  ["SOUTH-SOUTHEAST ADAK - 243 NM SSE of Adak Island, AK", "South-Southeast Adak", "243 NM SSE of Adak Island, AK"],
  [" NIKOLSKI - 212 NM South of Umnak Is, AK", "Nikolski", "212 NM South of Umnak Is, AK"],
  ["NANTUCKET 54 NM Southeast of Nantucket", "Nantucket", "54 NM Southeast of Nantucket"],
  ["SHELIKOF STRAIT, AK", "Shelikof Strait, AK", ""],
  ["8638863 - Chesapeake Bay Bridge Tunnel, VA", "Chesapeake Bay Bridge Tunnel, VA", ""],
  ["Point Reyes, CA (029)", "Point Reyes, CA (029)", ""],
  ["TABS D", "TABS D", ""],
  ["K4 Buoy", "K4 Buoy", ""],
  ["", "46026", ""],
  [null, "46026", ""],
])("NDBC's name %p reads %p", (name, title, place) => {
  expect(stationName(name, "46026")).toEqual({ title, place });
});
