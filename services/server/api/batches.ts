// Endpoint /v1/batches: which reports arrived together, and when.

import type { Transaction } from "../../../shared/database/sql.ts";
import { maxBatches } from "../http/limits.ts";
import { readDatabaseTime } from "../store/database-time.ts";
import { batches } from "./answers.ts";
import { endpoint } from "./endpoint.ts";

/** Endpoint `/v1/batches`. */
export const batchesEndpoint = endpoint({
  path: "/v1/batches",
  summary: "The stations that reported in each of the last ten batches",
  description:
    "NDBC renews its newest observations every few minutes, so reports arrive in batches. A client that starts between two of them learns here what the last one brought, and when to expect the next. The newest batch is first. A station is in the batch of its row's last change.",
  read: ({ questions }, _, { asker }) => questions.quick(asker, readBatches),
  formats: { json: { shape: { body: batches }, write: (answer) => JSON.stringify(answer) } },
});

/** The batches, newest first, and the database's time. */
type Batches = { now: Date; batches: { arrivedAt: Date; stations: string[] }[] };

async function readBatches(tx: Transaction): Promise<Batches> {
  const batches = await tx<Batches["batches"]>`
    select arrived_at, array(
      select station_id from observations
      where event_id between first_event_id and last_event_id
      order by event_id
    ) as stations
    from (select * from batches order by first_event_id desc limit ${maxBatches}) as newest
    order by first_event_id desc
  `;
  return { now: await readDatabaseTime(tx), batches };
}
