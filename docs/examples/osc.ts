// The OSC bridge: sends the reports of a server as OSC over UDP.

import { createSocket } from "node:dgram";
import { parseArgs } from "node:util";
import { EventSource } from "eventsource";
import { type Arrival, createStreamClient } from "../../shared/client/stream-client.ts";
import { reportPackets } from "./osc-messages.ts";

const usage = `Sends the reports of the buoys to SuperCollider, Pure Data, Max or Sonic Pi, as OSC over UDP; see docs/osc.md.

  bun run osc --to host:port [--from http://localhost:3000] [--stations 44009,46026] [--bbox=west,south,east,north]
`;

/** Age of the oldest report sent at the start, so that a patch need not wait for new ones. */
const startAgeMs = 3_600_000;
/** Pause between two reports: hundreds may arrive together, and a receiver buffers a few hundred packets. */
const pauseMs = 5;

const { server, filter, host, port } = readArguments();
const socket = createSocket("udp4");
socket.on("error", (error) => console.error(`cannot send to ${host}:${port}: ${error.message}`));

const since = new Date(Date.now() - startAgeMs).toISOString();
let sending = Promise.resolve();
const client = createStreamClient(
  { server, EventSource, query: new URLSearchParams({ ...filter, since }).toString() },
  {
    onState(state) {
      if (state.kind === "live") console.log(`listening to ${server}, sending to ${host}:${port}`);
      else if ("error" in state) console.error(`${server}: ${state.error.message}`);
    },
    onArrival(arrival) {
      sending = sending.then(() => send(arrival));
    },
  },
);
client.open();

async function send({ observation, eventId }: Arrival): Promise<void> {
  const ageSeconds = (Date.now() - Date.parse(observation.timestamp)) / 1000;
  for (const packet of reportPackets(observation, eventId, ageSeconds)) {
    socket.send(new Uint8Array(packet.buffer, packet.byteOffset, packet.byteLength), port, host);
  }
  await Bun.sleep(pauseMs);
}

/** Parses the arguments; on an error it prints the usage and exits with code 2. */
function readArguments(): { server: string; filter: Record<string, string>; host: string; port: number } {
  try {
    const text = { type: "string" } as const;
    const {
      to = "",
      from = "http://localhost:3000",
      ...filter
    } = parseArgs({
      options: { to: text, from: text, stations: text, bbox: text },
    }).values;
    const target = new URL(`udp://${to}`);
    if (target.hostname === "" || target.port === "") throw new Error(`--to is "${to}", but must be host:port`);
    const server = new URL(from).href.replace(/\/+$/, "");
    return { server, filter, host: target.hostname, port: Number(target.port) };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
