// A client that sends a request and does not read the response.
import { connect, type Socket } from "node:net";

/** Describes a client that sends a request and then stops reading the response. */
export type Sleeper = {
  /** Reads from now on. @returns everything there was to read, once the server has closed the connection */
  wake(): Promise<string>;
  leave(): void;
};

/** Sends a request on a new connection. Resolves when the response has begun, and reads no more of it. */
export async function neverRead(url: string, headers: Record<string, string> = {}): Promise<Sleeper> {
  const { hostname, port, pathname, search } = new URL(url);
  const lines = Object.entries({ Host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const first = await new Promise<Buffer>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (bytes: Buffer) => {
      socket.pause();
      resolve(bytes);
    });
  });
  return { wake: () => readAll(socket, first), leave: () => socket.destroy() };
}

function readAll(socket: Socket, first: Buffer): Promise<string> {
  const parts = [first];
  return new Promise((resolve) => {
    socket.on("data", (bytes: Buffer) => parts.push(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve(withoutChunkHeads(Buffer.concat(parts).toString())));
    socket.resume();
  });
}

/** Returns the body of a chunked response, as far as it arrived, without the lines that hold chunk sizes. */
function withoutChunkHeads(answer: string): string {
  return answer.slice(answer.indexOf("\r\n\r\n") + 2).replace(/\r\n[0-9a-f]+\r\n/g, "");
}
