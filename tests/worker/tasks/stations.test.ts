// The daily reading of NDBC's list of stations.

import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { createNdbcClient } from "../../../services/worker/ndbc/client.ts";
import { activeStationsPath } from "../../../services/worker/ndbc/paths.ts";
import { createStationUpdate } from "../../../services/worker/tasks/stations.ts";
import { recordingLog } from "../../rig/recording-log.ts";
import { startStack } from "../../rig/stack.ts";
import { startUpstream } from "../../rig/upstream.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const { sql } = stack;
const upstream = startUpstream();

afterAll(async () => {
  await upstream.stop();
  await stack.stop();
});

beforeEach(async () => {
  await sql`truncate stations, upstream_files`;
});

function list(...ids: string[]): void {
  const stations = ids.map((id) => `<station id="${id}" lat="38.4" lon="-74.7" name="BUOY ${id}"/>`);
  upstream.files.set(activeStationsPath, `<?xml version="1.0"?><stations>${stations.join("")}</stations>`);
}

/** Creates a separate worker that reads the list. */
function updating(stations: string[] | null) {
  const { log, lines } = recordingLog();
  const ndbc = createNdbcClient({ baseUrl: upstream.url });
  const update = createStationUpdate(sql, ndbc, stations && new Set(stations), log);
  return { update, warnings: () => lines.filter(({ level }) => level === "warn") };
}

const names = async () => (await sql`select name from stations order by station_id`).map(({ name }) => name);

test("STATIONS with only unknown ids logs one warning that names them", async () => {
  const { update, warnings } = updating(["4642", "46402"]);
  list("46042", "44009");
  await update();
  list("46042", "44009", "51001");
  await update();
  expect(warnings()).toMatchObject([
    {
      message: "NDBC lists none of the stations in STATIONS, so nothing is stored",
      facts: { unknown: "4642,46402", wanted: 2 },
    },
  ]);
  expect(await names()).toEqual([]);
});

test("STATIONS with some unknown ids gives a warning, and again when they are others", async () => {
  const { update, warnings } = updating(["46402", "44009", "51001"]);
  list("44009", "51001");
  await update();
  list("44009");
  await update();
  const message = "NDBC does not list some of the stations in STATIONS";
  expect(warnings()).toMatchObject([
    { message, facts: { unknown: "46402" } },
    { message, facts: { unknown: "46402,51001" } },
  ]);
});

test("a list that has not changed is read again for stations that are added to STATIONS", async () => {
  list("44009", "51001");
  await updating(["44009"]).update();
  expect(await names()).toEqual(["BUOY 44009"]);
  const { update, warnings } = updating(null);
  await update();
  expect(await names()).toEqual(["BUOY 44009", "BUOY 51001"]);
  expect(warnings()).toEqual([]);
});

test("a narrowed STATIONS with an unknown id gives the warning at the start, also if the list has not changed", async () => {
  list("44009", "51001");
  await updating(null).update();
  const { update, warnings } = updating(["44009", "4642"]);
  await update();
  await update();
  const message = "NDBC does not list some of the stations in STATIONS";
  expect(warnings()).toMatchObject([{ message, facts: { unknown: "4642" } }]);
});
