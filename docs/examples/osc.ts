// The OSC bridge: sends the reports of a server as OSC over UDP.

import { createSocket } from "node:dgram";
import { parseArgs } from "node:util";
import { EventSource } from "eventsource";
import { z } from "zod";
import { type Arrival, createStreamClient } from "../../shared/client/stream-client.ts";
import { ringBells } from "./osc-bells.ts";
import { reportPackets } from "./osc-messages.ts";

const usage = `Sends the reports of the buoys to SuperCollider, Pure Data, Max or Sonic Pi, as OSC over UDP; see docs/osc.md.

  bun run osc --to host:port [--from http://localhost:3000] [--stations 44009,46026] [--bbox=west,south,east,north] [--bells]
`;

const position = z.number().nullable();
const positionsSchema = z.object({
  stations: z.array(z.object({ stationId: z.string(), longitude: position, latitude: position })),
});

/** Age of the oldest report sent at the start, so that a patch need not wait for new ones. */
const startAgeMs = 3_600_000;
/** Pause between two reports: hundreds may arrive together, and a receiver buffers a few hundred packets. */
const pauseMs = 5;

const { server, filter, host, port, bells } = readArguments();
const socket = createSocket("udp4");
socket.on("error", (error) => console.error(`cannot send to ${host}:${port}: ${error.message}`));

const ring = bells ? ringBells(await loadPositions(), sendPacket) : () => {};
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
  ring(observation);
  for (const packet of reportPackets(observation, eventId, ageSeconds)) sendPacket(packet);
  await Bun.sleep(pauseMs);
}

function sendPacket(packet: DataView): void {
  socket.send(new Uint8Array(packet.buffer, packet.byteOffset, packet.byteLength), port, host);
}

/** Loads the positions of the stations, which place their bells from west to east. */
async function loadPositions(): Promise<Map<string, { longitude: number | null; latitude: number | null }>> {
  const answer = await fetch(`${server}/v1/stations`);
  const { stations } = positionsSchema.parse(await answer.json());
  return new Map(stations.map(({ stationId, longitude, latitude }) => [stationId, { longitude, latitude }]));
}

/** Parses the arguments; on an error it prints the usage and exits with code 2. */
function readArguments(): {
  server: string;
  filter: Record<string, string>;
  host: string;
  port: number;
  bells: boolean;
} {
  try {
    const text = { type: "string" } as const;
    const {
      to = "",
      from = "http://localhost:3000",
      bells = false,
      ...filter
    } = parseArgs({
      options: { to: text, from: text, stations: text, bbox: text, bells: { type: "boolean" } },
    }).values;
    const target = new URL(`udp://${to}`);
    if (target.hostname === "" || target.port === "") throw new Error(`--to is "${to}", but must be host:port`);
    const server = new URL(from).href.replace(/\/+$/, "");
    return { server, filter, host: target.hostname, port: Number(target.port), bells };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
