// Prints each report: node listen.mjs [server] [query], or the same with bun.
//   node listen.mjs http://localhost:3000 'stations=44009,46026'
// It needs one package: npm install eventsource. After a lost connection it resumes by event id without a missed report.
import { EventSource } from "eventsource";

const [server = "http://localhost:3000", query = ""] = process.argv.slice(2);
const source = new EventSource(`${server}/v1/observations/stream?${query}`);

source.addEventListener("observation", ({ data, lastEventId }) => {
  const { timestamp, stationId, waveHeightM } = JSON.parse(data);
  const waves = waveHeightM === null ? "waves not measured" : `waves of ${waveHeightM} m`;
  console.log(`${lastEventId} ${timestamp} ${stationId}: ${waves}`);
});
source.addEventListener("error", ({ message = "the connection broke" }) => console.error(`${server}: ${message}`));

// Keeps the process alive: while the package waits to reconnect, no other handle would.
setInterval(() => {}, 60_000);
