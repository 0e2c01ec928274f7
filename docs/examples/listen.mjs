// Prints each report: node listen.mjs [server] [query], or the same with bun.
//   node listen.mjs http://localhost:3000 'stations=44009,46026'
// It needs client.mjs beside it, and one package: npm install eventsource. After a lost connection it resumes by event id
// without a missed report.
import { EventSource } from "eventsource";
import { createStreamClient } from "./client.mjs";

const [server = "http://localhost:3000", query = ""] = process.argv.slice(2);

const client = createStreamClient(
  { server, EventSource, query },
  {
    onState({ kind, error }) {
      console.error(`${server}: ${error?.message ?? kind}`);
    },
    onArrival({ observation: { timestamp, stationId, waveHeightM }, eventId }) {
      const waves = waveHeightM === null ? "waves not measured" : `waves of ${waveHeightM} m`;
      console.log(`${eventId} ${timestamp} ${stationId}: ${waves}`);
    },
  },
);
client.open();
