// Endpoint /v1/observations/by-station/:stationId: the history of one station.

import { z } from "zod";
import type { Transaction } from "../../../shared/database/sql.ts";
import { measurements, type StoredObservation } from "../../../shared/measurements.ts";
import { returnedRowsPerUnit } from "../http/limits.ts";
import { history } from "./answers.ts";
import { endpoint, unknownStation } from "./endpoint.ts";
import { encodeList, observationsAsCsv, observationsAsNdjson } from "./formats/observations.ts";
import { limitOrDefaultParameter, sinceParameter, stationIdParameter, untilParameter } from "./parameters.ts";
import { readStation } from "./stations.ts";

/** Endpoint `/v1/observations/by-station/:stationId`. */
export const historyEndpoint = endpoint({
  path: "/v1/observations/by-station/:stationId",
  summary: "Observations of one station, oldest first",
  description: "Without `since`, returns the newest rows.",
  pathParameters: z.strictObject({ stationId: stationIdParameter }),
  queryParameters: z.strictObject({
    since: sinceParameter.optional(),
    until: untilParameter.optional(),
    limit: limitOrDefaultParameter,
  }),
  refusals: [404],
  read: async ({ questions }, { stationId, since = null, until = null, limit }, { asker }) => {
    const observations = await questions.history(asker, (tx) => readHistory(tx, stationId, { since, until, limit }));
    asker.charge((observations?.length ?? 0) / returnedRowsPerUnit);
    if (observations === null) throw unknownStation(stationId);
    return { stationId, observations };
  },
  formats: {
    json: {
      shape: { body: history },
      write: ({ stationId, observations }) => `{"stationId":"${stationId}","observations":${encodeList(observations)}}`,
    },
    csv: observationsAsCsv,
    ndjson: observationsAsNdjson,
  },
});

/** Time span of a station's history; without `since`, its newest rows. */
type HistorySpan = { since: Date | null; until: Date | null; limit: number };

/** Reads one station's observations, oldest first; `null` if the station is unknown. */
async function readHistory(
  tx: Transaction,
  stationId: string,
  { since, until, limit }: HistorySpan,
): Promise<StoredObservation[] | null> {
  const observations = await tx<StoredObservation[]>`
    select station_id, observed_at, ${tx(measurements)}, event_id
    from observations
    where station_id = ${stationId}
      ${since === null ? tx`` : tx`and observed_at >= ${since}`}
      ${until === null ? tx`` : tx`and observed_at <= ${until}`}
    order by observed_at ${since === null ? tx`desc` : tx`asc`}
    limit ${limit}
  `;
  if (observations.length === 0 && (await readStation(tx, stationId)) === null) return null;
  return since === null ? observations.reverse() : observations;
}
