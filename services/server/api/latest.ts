// Endpoint /v1/observations/latest: the newest observation of each station.

import type { Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredObservation } from "../../../shared/measurements.ts";
import { encodeMessage } from "../../../shared/observation.ts";
import { readMarks } from "../store/events.ts";
import { readPositions } from "../store/positions.ts";
import { feature, featureCollection, latest, observation } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { encodeCollection, encodeFeature, type Positions } from "./formats/geojson.ts";
import { encodeList, observationsAsCsv, observationsAsNdjson } from "./formats/observations.ts";

const latestFeature = feature("LatestFeature", observation);

/** Endpoint `/v1/observations/latest`. */
export const latestEndpoint = endpoint({
  path: "/v1/observations/latest",
  summary: "Newest observation of each station",
  description: "Includes old observations too. A stream from its `lastEventId` continues without a gap.",
  read: ({ questions }, _, { format, asker }) =>
    questions.quick(asker, async (tx) => ({
      ...(await readLatest(tx)),
      positions: format === "geojson" ? await readPositions(tx) : (new Map() satisfies Positions),
    })),
  formats: {
    json: {
      shape: { body: latest },
      write: ({ lastEventId, observations }) =>
        `{"lastEventId":"${lastEventId}","observations":${encodeList(observations)}}`,
    },
    csv: observationsAsCsv,
    geojson: {
      shape: { body: featureCollection("LatestFeatures", latestFeature, { lastEventId: latest.shape.lastEventId }) },
      write: ({ lastEventId, observations, positions }) =>
        encodeCollection(
          observations.map((row) =>
            encodeFeature(row.stationId, positions.get(row.stationId) ?? null, encodeMessage(row)),
          ),
          `"lastEventId":"${lastEventId}",`,
        ),
    },
    ndjson: observationsAsNdjson,
  },
});

/**
 * Reads the newest row of each station, however old, and the last event id. Both need one snapshot, so that a stream from
 * lastEventId misses nothing.
 */
async function readLatest(tx: Transaction): Promise<{ lastEventId: string; observations: StoredObservation[] }> {
  const { newest } = await readMarks(tx);
  const observations = await tx<StoredObservation[]>`
    select newest.*
    from stations, lateral (
      select station_id, observed_at, ${tx(measurements)}, event_id
      from observations
      where observations.station_id = stations.station_id
      order by observed_at desc
      limit 1
    ) as newest
    order by station_id
  `;
  return { lastEventId: String(newest), observations };
}
