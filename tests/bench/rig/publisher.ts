// Publishes observations on Redis or to nchan.

import { clockMs } from "./processes.ts";

/** Publishes observations of the usual length, which contain the time of their publication. */
export type Publisher = {
  /** Publishes this many at once. Resolves when all were accepted. */
  burst(events: number): Promise<void>;
  close(): void;
};

/** Creates a publisher on Redis. @param eventIds whether messages have event ids, as a worker's do */
export function publishToRedis(redisUrl: string, eventIds: boolean): Promise<Publisher> {
  const channel = "observations:new";
  const encode = (body: string) =>
    `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${body.length}\r\n${body}\r\n`;
  return createPublisher(redisUrl, eventIds, encode, /^:\d+\r\n/gm);
}

/** Creates a publisher to nchan, over HTTP: all requests on one connection, without waiting for answers. */
export function publishToNchan(publishUrl: string): Promise<Publisher> {
  const { pathname, host } = new URL(publishUrl);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nX-EventSource-Event: observation\r\nContent-Type: application/json`;
  const encode = (body: string) => `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  return createPublisher(publishUrl, false, encode, /HTTP\/1\.1 20\d /g);
}

/** Creates a publisher on a socket. @param taken the reply to each accepted message */
async function createPublisher(
  url: string,
  eventIds: boolean,
  encode: (body: string) => string,
  taken: RegExp,
): Promise<Publisher> {
  const { hostname, port } = new URL(url);
  let published = 0;
  let answers = 0;
  let unsent = Buffer.alloc(0);
  let unread = "";
  let answered = () => {};
  const write = (socket: Bun.Socket) => {
    unsent = unsent.subarray(socket.write(unsent));
  };
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      drain: write,
      data(_, bytes) {
        unread += bytes.toString("latin1");
        const last = unread.lastIndexOf("\n") + 1;
        answers += unread.slice(0, last).match(taken)?.length ?? 0;
        unread = unread.slice(last);
        answered();
      },
    },
  });

  function observation(): string {
    published += 1;
    const station = 40_000 + (published % 890);
    const values = `"waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8`;
    const id = eventIds ? `,"eventId":"${published}"` : "";
    const time = "2025-11-15T12:00:00.000Z";
    return `{"stationId":"${station}","timestamp":"${time}",${values},"publishedMs":${clockMs().toFixed(3)}${id}}`;
  }

  return {
    async burst(events) {
      const target = answers + events;
      unsent = Buffer.from(Array.from({ length: events }, () => encode(observation())).join(""));
      const all = new Promise<void>((resolve) => {
        answered = () => answers >= target && resolve();
      });
      write(socket);
      await all;
    },
    close: () => socket.end(),
  };
}
