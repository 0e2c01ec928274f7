// Lists the stations of the simulated sea.

import type { Measurement } from "../../../shared/measurements.ts";
import type { Position } from "./geography.ts";
import type { Ocean } from "./systems.ts";

/** Describes a simulated station: its real id, name and position, its measurements and its schedule. */
export type SimulatedStation = Position & {
  id: string;
  name: string;
  basin: Basin;
  /** Programme as in `activestations.xml`. */
  programme: string;
  type: "buoy" | "oilrig" | "fixed";
  measures: readonly Measurement[];
  /** Resolution of the wind direction. US stations report it to 10 degrees. */
  windDirStepDeg: 1 | 10;
  /** Second of the minute at which each row appears. */
  reportSecond: number;
  /** Whether two of four minutes have no waves. */
  wavesOnlyAtTimes: boolean;
  /** Delay of the waves after the rest of their row. */
  wavesLateSeconds: number;
};

/** Describes the waters around a station. */
type Basin = {
  swellFrom: Ocean | null;
  /** Fraction of the open ocean's swell that arrives, 0 to 1. */
  exposure: number;
  /** Usual length of open water over which the wind blows. */
  fetchKm: number;
  /** Difference to the usual water temperature at this latitude. */
  seaWarmerC: number;
  /** Difference between the warmest week and the yearly mean. */
  seaSeasonC: number;
  /** Extra seasonal change of the air compared with the water, caused by nearby land. */
  airSeasonC: number;
};

const basins = {
  northPacific: { swellFrom: "pacific", exposure: 1, fetchKm: 900, seaWarmerC: -1, seaSeasonC: 3.5, airSeasonC: 1 },
  westCoast: { swellFrom: "pacific", exposure: 0.9, fetchKm: 350, seaWarmerC: -4, seaSeasonC: 2, airSeasonC: 1 },
  tropicalPacific: {
    swellFrom: "pacific",
    exposure: 0.8,
    fetchKm: 800,
    seaWarmerC: 0,
    seaSeasonC: 1.2,
    airSeasonC: 0,
  },
  northAtlantic: { swellFrom: "atlantic", exposure: 0.9, fetchKm: 700, seaWarmerC: 2, seaSeasonC: 4, airSeasonC: 2 },
  eastCoast: { swellFrom: "atlantic", exposure: 0.5, fetchKm: 250, seaWarmerC: -2, seaSeasonC: 7, airSeasonC: 4 },
  tropicalAtlantic: {
    swellFrom: "atlantic",
    exposure: 0.7,
    fetchKm: 800,
    seaWarmerC: 0,
    seaSeasonC: 1.5,
    airSeasonC: 0,
  },
  gulf: { swellFrom: null, exposure: 0, fetchKm: 450, seaWarmerC: 2, seaSeasonC: 4, airSeasonC: 2 },
  caribbean: { swellFrom: "atlantic", exposure: 0.3, fetchKm: 700, seaWarmerC: 1, seaSeasonC: 1.2, airSeasonC: 0 },
  greatLakes: { swellFrom: null, exposure: 0, fetchKm: 160, seaWarmerC: -5, seaSeasonC: 9, airSeasonC: 5 },
} satisfies Record<string, Basin>;

const wind = ["windDirDeg", "windSpeedMps", "gustMps"] as const;
const air = ["pressureHpa", "pressureTendencyHpa", "airTempC", "dewPointC"] as const;
const waves = ["waveHeightM", "dominantPeriodS", "averagePeriodS", "meanWaveDirDeg"] as const;
const scalarWaves = ["waveHeightM", "dominantPeriodS"] as const;

/** Kinds of stations. Most real stations lack some measurements, and so do these. */
const kinds = {
  ndbc: {
    programme: "NDBC Meteorological/Ocean",
    type: "buoy",
    measures: [...wind, ...air, "waterTempC", ...waves],
    windDirStepDeg: 10,
  },
  international: {
    programme: "International Partners",
    type: "buoy",
    measures: [...wind, ...air, "waterTempC", ...scalarWaves],
    windDirStepDeg: 1,
  },
  /** Ocean-atmosphere reference moorings: no waves. */
  mooring: {
    programme: "International Partners",
    type: "buoy",
    measures: [...wind, ...air, "waterTempC"],
    windDirStepDeg: 1,
  },
  platform: { programme: "International Partners", type: "oilrig", measures: [...wind, ...air], windDirStepDeg: 10 },
  /** Stations on lighthouses, rocks and piers: wind and air only. */
  shore: { programme: "NDBC Meteorological/Ocean", type: "fixed", measures: [...wind, ...air], windDirStepDeg: 10 },
  /** Spherical buoys that measure only waves and water temperature. */
  waverider: { programme: "IOOS Partners", type: "buoy", measures: ["waterTempC", ...waves], windDirStepDeg: 1 },
} satisfies Record<string, Pick<SimulatedStation, "programme" | "type" | "measures" | "windDirStepDeg">>;

type Row = [id: string, lat: number, lon: number, kind: keyof typeof kinds, name: string, also?: Measurement];

/** Ids, names and positions from NDBC's list of August 2024, a few from 2018. */
const stationsOf: Record<keyof typeof basins, Row[]> = {
  northPacific: [
    ["46001", 56.296, -148.027, "ndbc", "WESTERN GULF OF ALASKA - 175NM SE of Kodiak, AK"],
    ["46005", 46.143, -131.09, "ndbc", "WEST WASHINGTON - 300NM West of Aberdeen, WA"],
    ["46006", 40.764, -137.377, "ndbc", "SOUTHEAST PAPA - 600NM West of Eureka, CA"],
    ["46035", 57.034, -177.468, "ndbc", "CENTRAL BERING SEA - 310 NM North of Adak, AK"],
    ["46036", 48.36, -133.94, "international", "South Nomad"],
    ["46066", 52.765, -155.009, "ndbc", "SOUTH KODIAK - 310NM SSW of Kodiak, AK"],
    ["46070", 55.05, 175.261, "ndbc", "SOUTHWEST BERING SEA - 142NM NNE OF ATTU IS, AK"],
    ["46072", 51.645, -172.145, "ndbc", "CENTRAL ALEUTIANS 230 NM SW Dutch Harbor"],
    ["46075", 53.969, -160.794, "ndbc", "SHUMAGIN ISLANDS - 85NM South of Sand Point, AK"],
    ["46082", 59.67, -143.353, "ndbc", "Cape Suckling - 35 NM SE of Kayak Is, AK"],
    ["46085", 55.878, -142.876, "ndbc", "CENTRAL GULF OF ALASKA - 265NM West of Cape Ommaney, AK"],
    ["AMAA2", 58.915, -151.952, "shore", "East Amatuli Island Light, AK"],
    ["AUGA2", 59.378, -153.348, "shore", "Augustine Island, AK"],
    ["BLIA2", 60.839, -146.884, "shore", "Bligh Reef Light, AK"],
    ["FFIA2", 57.272, -133.63, "shore", "Five Fingers, AK"],
    ["FILA2", 59.332, -151.995, "shore", "Flat Island Light, AK"],
    ["MRKA2", 61.082, -146.662, "shore", "Middle Rock Light, AK"],
    ["PILA2", 59.742, -149.47, "shore", "Pilot Rock, AK"],
    ["POTA2", 61.06, -146.7, "shore", "Potato Point, AK"],
    ["NMTA2", 64.5, -165.43, "shore", "Nome, Norton Sound, AK"],
    ["VCVA2", 57.125, -170.285, "shore", "Village Cove, St. Paul Island, AK"],
    ["ANTA2", 61.238, -149.89, "shore", "Anchorage, AK"],
    ["KECA2", 55.331, -131.625, "shore", "Ketchikan, AK"],
  ],
  westCoast: [
    ["46013", 38.235, -123.317, "ndbc", "BODEGA BAY - 48NM NW of San Francisco, CA"],
    ["46026", 37.754, -122.839, "ndbc", "SAN FRANCISCO - 18NM West of San Francisco, CA", "visibilityNmi"],
    ["46029", 46.163, -124.487, "ndbc", "COLUMBIA RIVER BAR - 20NM West of Columbia River Mouth"],
    ["46041", 47.352, -124.739, "ndbc", "CAPE ELIZABETH - 45NM NW of Aberdeen, WA"],
    ["46042", 36.785, -122.396, "ndbc", "MONTEREY - 27NM WNW of Monterey, CA"],
    ["46047", 32.388, -119.525, "ndbc", "TANNER BANK - 121 NM West of San Diego, CA"],
    ["46050", 44.669, -124.546, "ndbc", "STONEWALL BANK - 20NM West of Newport, OR"],
    [
      "46087",
      48.493,
      -124.727,
      "ndbc",
      "Neah Bay - 6 NM North of Cape Flattery, WA (Traffic Separation Lighted Buoy)",
      "visibilityNmi",
    ],
    ["46214", 37.937, -123.463, "waverider", "Point Reyes, CA (029)"],
    ["DESW1", 47.675, -124.485, "shore", "Destruction Island, WA"],
    ["NWPO3", 44.613, -124.067, "shore", "Newport, OR"],
    ["SISW1", 48.321, -122.831, "shore", "Smith Island, WA"],
    ["WPOW1", 47.662, -122.435, "shore", "West Point, WA"],
    ["HBYC1", 40.767, -124.217, "shore", "North Spit, CA"],
    ["PORO3", 42.739, -124.498, "shore", "Port Orford, OR"],
  ],
  tropicalPacific: [
    ["32ST0", -22, -85, "mooring", "Stratus"],
    ["51001", 24.451, -162.008, "ndbc", "NORTHWESTERN HAWAII ONE - 188 NM NW of Kauai Island, HI"],
    ["51002", 17.042, -157.746, "ndbc", "SOUTHWEST HAWAII - 215NM SSW of Hilo, HI"],
    ["51201", 21.671, -158.118, "waverider", "Waimea Bay, HI (106)"],
    ["51209", -14.273, -170.501, "waverider", "Aunuu, American Samoa (189)"],
    ["51WH0", 22, -157, "mooring", "WHOTS - Woods Hole Ocean Time-series"],
    ["52202", 13.683, 144.816, "waverider", "Ritidian Point, Guam (196)"],
    ["WAKP8", 19.291, 166.618, "shore", "Wake Island"],
    ["APRP7", 13.444, 144.657, "shore", "Apra Harbor, Guam"],
    ["OOUH1", 21.303, -157.865, "shore", "Honolulu, HI"],
  ],
  northAtlantic: [
    ["41001", 34.703, -72.242, "ndbc", "EAST HATTERAS - 150 NM East of Cape Hatteras"],
    ["41002", 31.759, -74.936, "ndbc", "SOUTH HATTERAS - 225 NM South of Cape Hatteras"],
    ["41049", 27.505, -62.271, "ndbc", "SOUTH BERMUDA - 300 NM SSE of Bermuda"],
    ["44008", 40.496, -69.25, "ndbc", "NANTUCKET 54 NM Southeast of Nantucket"],
    ["44011", 41.093, -66.562, "ndbc", "GEORGES BANK 170 NM East of Hyannis, MA"],
    ["44078", 59.94, -39.52, "mooring", "OOI Irminger Sea Surface Mooring"],
    ["62081", 51, -13.55, "international", "K2 Buoy"],
    ["62105", 55.41, -11.81, "international", "K4 Buoy"],
    ["62114", 58.3, 0, "platform", 'Tartan "A" AWS'],
    ["64045", 59.15, -11.79, "international", "K5 Buoy"],
    ["FRCB6", 32.37, -64.695, "shore", "Bermuda, Ferry Reach Channel, BM"],
  ],
  eastCoast: [
    ["41009", 28.508, -80.185, "ndbc", "CANAVERAL 20 NM East of Cape Canaveral, FL"],
    ["41025", 35.01, -75.454, "ndbc", "Diamond Shoals, NC"],
    ["44009", 38.46, -74.692, "ndbc", "DELAWARE BAY 26 NM Southeast of Cape May, NJ"],
    ["44013", 42.346, -70.651, "ndbc", "BOSTON 16 NM East of Boston, MA", "visibilityNmi"],
    ["44014", 36.603, -74.837, "ndbc", "VIRGINIA BEACH 64 NM East of Virginia Beach, VA"],
    ["44025", 40.258, -73.175, "ndbc", "LONG ISLAND - 30 NM South of Islip, NY"],
    ["44065", 40.368, -73.701, "ndbc", "New York Harbor Entrance - 15 NM SE of Breezy Point , NY", "tideFt"],
    ["BUZM3", 41.397, -71.033, "shore", "Buzzards Bay, MA"],
    ["CLKN7", 34.622, -76.525, "shore", "Cape Lookout, NC"],
    ["IOSN3", 42.967, -70.623, "shore", "Isle of Shoals, NH"],
    ["MDRM1", 43.969, -68.128, "shore", "Mt. Desert Rock, ME"],
    ["MISM1", 43.784, -68.855, "shore", "Matinicus Rock, ME"],
    ["SAUF1", 29.857, -81.264, "shore", "St. Augustine, FL"],
    ["TPLM2", 38.899, -76.436, "shore", "Thomas Point, MD"],
    ["SPGF1", 26.704, -78.995, "shore", "Settlement Point, GBI, Bahamas"],
  ],
  tropicalAtlantic: [
    ["15002", 0, -10, "mooring", "Java"],
    ["31005", -19, -34, "mooring", "Espirito Santo"],
    ["41040", 14.536, -53.136, "ndbc", "NORTH EQUATORIAL ONE- 470 NM East of Martinique"],
    ["41043", 21.026, -64.793, "ndbc", "NE PUERTO RICO - 170 NM NNE of San Juan, PR"],
    ["41NT0", 14.824, -51.017, "mooring", "NTAS - Northwest Tropical Atlantic"],
  ],
  gulf: [
    ["42001", 25.926, -89.662, "ndbc", "MID GULF - 180 nm South of Southwest Pass, LA"],
    ["42019", 27.908, -95.343, "ndbc", "FREEPORT, TX - 60 NM South of Freeport, TX"],
    ["42039", 28.787, -86.007, "ndbc", "PENSACOLA - 115NM SSE of Pensacola, FL"],
    ["42055", 22.14, -94.112, "ndbc", "BAY OF CAMPECHE - 214 NM NE of Veracruz, MX"],
    ["KGBK", 27.204, -92.203, "platform", "Garden Banks 783 / Magnolia TLP (W&T Offshore)"],
    ["BURL1", 28.906, -89.429, "shore", "Southwest Pass, LA"],
    ["LONF1", 24.844, -80.864, "shore", "Long Key, FL"],
    ["PTAT2", 27.826, -97.051, "shore", "Port Aransas, TX"],
    ["SANF1", 24.456, -81.877, "shore", "Sand Key, FL"],
    ["SGOF1", 29.408, -84.858, "shore", "Tyndall AFB Tower C (N4), FL"],
    ["VENF1", 27.072, -82.453, "shore", "Venice, FL"],
  ],
  caribbean: [
    ["41053", 18.474, -66.099, "ndbc", "San Juan, PR", "tideFt"],
    ["42057", 16.973, -81.575, "ndbc", "Western Caribbean - 195 NM WSW of Negril, Jamaica"],
    ["42058", 14.512, -75.153, "ndbc", "Central Caribbean - 210 NM SSE of Kingston, Jamaica"],
    ["CHAV3", 18.335, -64.92, "shore", "Charlotte Amalie, VI"],
    ["MISP4", 18.09, -67.939, "shore", "Mona Island, PR"],
    ["LTBV3", 17.695, -64.754, "shore", "Lime Tree Bay, St. Croix, VI"],
    ["MGIP4", 17.97, -67.046, "shore", "Magueyes Islands, PR"],
  ],
  greatLakes: [
    ["45001", 48.061, -87.793, "ndbc", "MID SUPERIOR- 60 NM North Northeast Hancock, MI"],
    ["45002", 45.344, -86.411, "ndbc", "NORTH MICHIGAN- Halfway between North Manitou and Washington Islands."],
    ["45005", 41.677, -82.398, "ndbc", "WEST ERIE - 16 NM NW of Lorain, OH"],
    ["45007", 42.674, -87.026, "ndbc", "SOUTH MICHIGAN - 43NM East Southeast of Milwaukee, WI"],
    ["45012", 43.621, -77.401, "ndbc", "EAST Lake Ontario - 20NM North Northeast of Rochester, NY"],
    ["DBLN6", 42.494, -79.354, "shore", "Dunkirk, NY"],
    ["DISW3", 47.079, -90.728, "shore", "Devils Island, WI"],
    ["PILM4", 48.223, -88.366, "shore", "Passage Island, MI"],
    ["ROAM4", 47.867, -89.315, "shore", "Rock of Ages, MI"],
    ["SBIO1", 41.629, -82.841, "shore", "South Bass Island, OH"],
    ["SGNW3", 43.749, -87.693, "shore", "Sheboygan, WI"],
    ["DULM5", 46.776, -92.092, "shore", "Duluth, MN"],
    ["CNDO1", 41.542, -81.637, "shore", "Cleveland, OH"],
  ],
};

const rows = Object.entries(stationsOf).flatMap(([basin, list]) =>
  list.map((row) => ({ basin: basins[basin as keyof typeof basins], row })),
);

/** Lists all stations of the simulated sea by id in byte order, as NDBC does. */
export const stations: SimulatedStation[] = rows.map(toStation).sort((one, other) => (one.id < other.id ? -1 : 1));

function toStation({ basin, row }: (typeof rows)[number], index: number): SimulatedStation {
  const [id, lat, lon, kind, name, also] = row;
  const measures: readonly Measurement[] = also ? [...kinds[kind].measures, also] : kinds[kind].measures;
  const withWaves = measures.includes("waveHeightM") && measures.includes("windSpeedMps");
  return {
    ...kinds[kind],
    id,
    name,
    lat,
    lon,
    basin,
    measures,
    reportSecond: reportSecond(index),
    wavesOnlyAtTimes: withWaves,
    wavesLateSeconds: withWaves && index % 3 === 1 ? 8 + (index % 18) : 0,
  };
}

/** Spreads the stations evenly over the minute, and neighbouring stations far apart in time. */
function reportSecond(index: number): number {
  // Must have no common factor with the number of stations.
  const stride = 23;
  return Math.floor((((index * stride) % rows.length) * 60) / rows.length);
}
