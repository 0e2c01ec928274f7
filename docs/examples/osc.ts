// The OSC bridge: sends the reports of a server as OSC over UDP.

import { createSocket } from "node:dgram";
import { parseArgs } from "node:util";
import { EventSource } from "eventsource";
import { z } from "zod";
import { observationMessageSchema } from "../../shared/observation.ts";
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
/** Delay after a response that closes an EventSource, e.g. while the server starts or has too many streams. */
const retryMs = 5_000;

const { stream, host, port, bells } = readArguments();
const socket = createSocket("udp4");
socket.on("error", (error) => console.error(`cannot send to ${host}:${port}: ${error.message}`));

const ring = bells ? ringBells(await loadPositions(), sendPacket) : () => {};
let lastEventId: string | null = null;
let sending = Promise.resolve();
follow();

/** Reads the stream after the last event id or, at the start, from the last hour. A lost connection is resumed by id. */
function follow(): void {
  const url = new URL(stream);
  if (lastEventId !== null) url.searchParams.set("lastEventId", lastEventId);
  else url.searchParams.set("since", new Date(Date.now() - startAgeMs).toISOString());
  const source = new EventSource(url);

  source.addEventListener("observation", ({ data, lastEventId: id }) => {
    lastEventId = id || lastEventId;
    sending = sending.then(() => send(data, id || null));
  });
  source.addEventListener("connection", () => console.log(`listening to ${url.origin}, sending to ${host}:${port}`));
  source.addEventListener("reset", ({ data, lastEventId: id }) => {
    lastEventId = id;
    console.error(`some reports were missed, resuming from here: ${data}`);
  });
  source.addEventListener("error", ({ message = "the connection broke" }) => {
    console.error(`${url.origin}: ${message}`);
    if (source.readyState === source.CLOSED) setTimeout(follow, retryMs);
  });
}

async function send(data: string, eventId: string | null): Promise<void> {
  const observation = observationMessageSchema.parse(JSON.parse(data));
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
  const answer = await fetch(new URL("/v1/stations", stream));
  const { stations } = positionsSchema.parse(await answer.json());
  return new Map(stations.map(({ stationId, longitude, latitude }) => [stationId, { longitude, latitude }]));
}

/** Parses the arguments; on an error it prints the usage and exits with code 2. */
function readArguments(): { stream: URL; host: string; port: number; bells: boolean } {
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
    const stream = new URL("/v1/observations/stream", from);
    for (const [name, value] of Object.entries(filter)) stream.searchParams.set(name, value);
    return { stream, host: target.hostname, port: Number(target.port), bells };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}
