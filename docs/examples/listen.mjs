// Prints each report: node listen.mjs [server] [query], or the same with bun.
//   node listen.mjs http://localhost:3000 'stations=44009,46026'
// It needs one package: npm install eventsource. A connection that breaks is resumed by event id, so that none is missed.
import { EventSource } from "eventsource";

const [server = "http://localhost:3000", query = ""] = process.argv.slice(2);
const source = new EventSource(`${server}/v1/observations/stream?${query}`);

source.addEventListener("observation", ({ data, lastEventId }) => {
  const { timestamp, stationId, waveHeightM } = JSON.parse(data);
  const waves = waveHeightM === null ? "waves not measured" : `waves of ${waveHeightM} m`;
  console.log(`${lastEventId} ${timestamp} ${stationId}: ${waves}`);
});
source.addEventListener("error", ({ message = "the connection broke" }) => console.error(`${server}: ${message}`));

// While it waits to connect again, the package would let the process end.
setInterval(() => {}, 60_000);
