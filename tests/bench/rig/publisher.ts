// Publishes observations on Redis or to nchan.

import type { Sql } from "../../../shared/database/sql.ts";
import { clockMs } from "./processes.ts";

const firstStation = 40_000;
const stations = 890;
const time = "2025-11-15T12:00:00.000Z";

/** Publishes observations of the usual length, which contain the time of their publication. */
export type Publisher = {
  /** Publishes this many at once. Resolves when all were accepted. */
  burst(events: number): Promise<void>;
  close(): void;
};

/** Creates a publisher on Redis. @param sql where to store the events; messages then have event ids, as a worker's do */
export function publishToRedis(redisUrl: string, sql: Sql | null): Promise<Publisher> {
  const channel = "observations:new";
  const encode = (body: string) =>
    `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${body.length}\r\n${body}\r\n`;
  return createPublisher(redisUrl, sql, encode, /^:\d+\r\n/gm);
}

/** Creates a publisher to nchan, over HTTP: all requests on one connection, without waiting for answers. */
export function publishToNchan(publishUrl: string): Promise<Publisher> {
  const { pathname, host } = new URL(publishUrl);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nX-EventSource-Event: observation\r\nContent-Type: application/json`;
  const encode = (body: string) => `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  return createPublisher(publishUrl, null, encode, /HTTP\/1\.1 20\d /g);
}

/** Creates a publisher on a socket. @param taken the reply to each accepted message */
async function createPublisher(
  url: string,
  sql: Sql | null,
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
    const station = firstStation + (published % stations);
    const values = `"waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8`;
    const id = sql ? `,"eventId":"${published}"` : "";
    return `{"stationId":"${station}","timestamp":"${time}",${values},"publishedMs":${clockMs().toFixed(3)}${id}}`;
  }

  /** Stores the next events: a server asks PostgreSQL about each burst. */
  async function store(sql: Sql, events: number): Promise<void> {
    await sql`
      insert into observations (station_id, observed_at, event_id)
      select distinct on (station_id) (${firstStation} + id % ${stations})::text as station_id, ${time}::timestamptz, id
      from generate_series(${published + 1}::int, ${published + events}::int) as id
      order by station_id, id desc
      on conflict (station_id, observed_at) do update set event_id = excluded.event_id
    `;
  }

  return {
    async burst(events) {
      if (sql) await store(sql, events);
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
