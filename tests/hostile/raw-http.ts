// Sends raw bytes over HTTP and reads the answer.

import { createConnection } from "node:net";

/** A raw answer; of a stream, only the part until the expected text. */
export type RawAnswer = {
  status: number;
  /** Lower case. */
  contentType: string;
  body: string;
};

/**
 * Sends bytes on a new connection, also ones that no valid client sends, and reads the answer.
 * @param untilHeard reads a stream up to this text
 * @returns `null` if the server closed the connection without an answer
 */
export function askRaw(address: URL, bytes: Buffer, untilHeard: RegExp): Promise<RawAnswer | null> {
  const isHead = bytes.toString("latin1").startsWith("HEAD ");
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = createConnection(Number(address.port), address.hostname, () => socket.write(bytes));
    const timer = setTimeout(() => end(new Error(`no whole answer: ${JSON.stringify(received)}`)), 2_000);

    function end(error?: Error): void {
      clearTimeout(timer);
      socket.destroy();
      if (error) reject(error);
      else resolve(received === "" ? null : parse(received));
    }

    socket.on("data", (piece) => {
      received += piece.toString("latin1");
      if (isWhole(received, isHead, untilHeard)) end();
    });
    // The server may close the connection in the middle of an invalid request.
    socket.on("error", () => end());
    socket.on("close", () => end());
  });
}

function isWhole(received: string, isHead: boolean, untilHeard: RegExp): boolean {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const head = received.slice(0, headEnd);
  const body = received.slice(headEnd + 4);
  if (isHead || /^HTTP\/1\.1 (204|304)/.test(head)) return true;
  if (/^content-type: text\/event-stream/im.test(head)) return untilHeard.test(body);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return length === undefined ? body.endsWith("0\r\n\r\n") : body.length >= Number(length);
}

function parse(received: string): RawAnswer {
  const headEnd = received.indexOf("\r\n\r\n");
  const head = received.slice(0, headEnd);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    contentType: /^content-type: (.*)$/im.exec(head)?.[1]?.toLowerCase() ?? "",
    body: received.slice(headEnd + 4),
  };
}
