// The program of a load client: raw sockets and one thread. It shares all work that is equal for all streams.

import { type AnswerReader, createAnswerReader } from "./answer-reader.ts";
import type { Heard, LoadAnswer, LoadCommand } from "./load-client.ts";
import { clockMs } from "./processes.ts";
import { createTranscript, type Place, type Transcript } from "./transcript.ts";

type Stream = { reader: AnswerReader; place: Place };

/** Max connections that are opened at the same time. */
const connecting = 128;
/** Time without data after which the client gives an error. */
const silenceMs = 30_000;
/** Time without data that ends the first bytes of a stream. */
const settledMs = 200;

const sockets = new Set<Bun.Socket<Stream>>();
let begun = 0;
let transcript: Transcript | null = null;
let cpuAtBegin = process.cpuUsage();
let wanted = Number.POSITIVE_INFINITY;
let complete = 0;
let lastDataMs = clockMs();
let fault: string | null = null;
/** Called after a change of a count, or after an error. */
let progressed = () => {};

const commands: { [Name in LoadCommand["name"]]: (command: Extract<LoadCommand, { name: Name }>) => unknown } = {
  open,
  begin,
  reached,
  heard,
  closeAll,
};

process.on("message", async (command: LoadCommand) => {
  const answer: LoadAnswer = await Promise.resolve()
    .then(() => commands[command.name](command as never))
    .then(
      (result) => ({ result }),
      (error: Error) => ({ fault: error.message }),
    );
  process.send?.(answer);
});

const handlers: Bun.SocketHandler<Stream> = {
  binaryType: "buffer",
  data({ data: { reader, place } }, bytes) {
    lastDataMs = clockMs();
    const hadBegun = reader.begun;
    const eventsBefore = place.events;
    try {
      reader.read(bytes);
    } catch (error) {
      fail((error as Error).message);
    }
    if (!hadBegun && reader.begun) count(() => (begun += 1));
    if (eventsBefore < wanted && place.events >= wanted) count(() => (complete += 1));
  },
  close(socket) {
    if (sockets.delete(socket)) fail("the server has ended a stream");
  },
};

function count(change: () => void): void {
  change();
  progressed();
}

function fail(reason: string): void {
  fault ??= `${reason} (of ${sockets.size} streams ${begun} had begun and ${complete} were done)`;
  progressed();
}

async function open({ url, streams }: { url: string; streams: number }): Promise<number> {
  const { hostname, port, pathname, search } = new URL(url);
  const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`;
  const startedMs = clockMs();
  const target = begun + streams;
  let left = streams;
  const openOneByOne = async () => {
    while (left-- > 0 && fault === null) {
      const socket = await Bun.connect({ hostname, port: Number(port), data: createStream(), socket: handlers });
      sockets.add(socket);
      socket.write(request);
      // The kernel accepts a connection before the server does, so at most as many as the backlog may wait.
      while (sockets.size - begun > connecting && fault === null) await Bun.sleep(1);
    }
  };
  await Promise.all(Array.from({ length: connecting }, openOneByOne));
  await until(() => begun >= target);
  return clockMs() - startedMs;
}

function createStream(): Stream {
  const place = { bytes: 0, events: 0 };
  const reader = createAnswerReader((bytes, start, end) => transcript?.hear(place, bytes, start, end, lastDataMs));
  return { reader, place };
}

async function begin(): Promise<number> {
  transcript = null;
  while (clockMs() - lastDataMs < settledMs) await Bun.sleep(settledMs / 10);
  for (const { data } of sockets) data.place.bytes = data.place.events = 0;
  wanted = Number.POSITIVE_INFINITY;
  transcript = createTranscript(sockets.size);
  cpuAtBegin = process.cpuUsage();
  return clockMs() - lastDataMs;
}

async function reached({ events }: { events: number }): Promise<void> {
  wanted = events;
  complete = [...sockets].filter(({ data }) => data.place.events >= events).length;
  await until(() => complete >= sockets.size);
}

async function heard(command: { events: number }): Promise<Heard> {
  if (transcript === null) throw new Error("call begin() first");
  await reached(command);
  const { user, system } = process.cpuUsage(cpuAtBegin);
  const measured = transcript.measure();
  return { ...measured, clientBusy: (user + system) / 1e3 / measured.wholeMs };
}

async function closeAll(): Promise<void> {
  const open = [...sockets];
  sockets.clear();
  begun = 0;
  transcript = null;
  for (const socket of open) socket.terminate();
}

async function until(reached: () => boolean): Promise<void> {
  const done = Promise.withResolvers<void>();
  lastDataMs = clockMs();
  const watch = setInterval(() => {
    if (clockMs() - lastDataMs > silenceMs) fail(`no data for ${silenceMs / 1000} seconds`);
  }, 1_000);
  progressed = () => {
    if (fault !== null) done.reject(new Error(fault));
    else if (reached()) done.resolve();
  };
  progressed();
  await done.promise.finally(() => clearInterval(watch));
}
