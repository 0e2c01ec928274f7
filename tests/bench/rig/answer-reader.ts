// Reads HTTP answers byte by byte, for clients that must cost little.

/** Progress of an answer. */
export type AnswerReader = {
  /** Whether the head is complete. */
  readonly begun: boolean;
  /** Reads the next bytes. @throws {Error} if the status is not 200 */
  read(bytes: Buffer): void;
};

const lineFeed = 10;
const carriageReturn = 13;

/** Creates a reader of an HTTP answer that copies nothing. @param body called with each piece of the body, without chunk heads */
export function createAnswerReader(body: (bytes: Buffer, start: number, end: number) => void): AnswerReader {
  let head = "";
  let begun = false;
  let chunked = false;
  /** Missing bytes of the current chunk, and the digits of the next size so far. */
  let chunkLeft = 0;
  let nextSize = 0;
  let isBehindChunk = false;

  /** Reads the head. @returns the start of the body, or the end of the bytes */
  function readHead(bytes: Buffer): number {
    const before = head.length;
    head += bytes.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return bytes.length;
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`the server answered ${head.slice(0, 500)}`);
    begun = true;
    chunked = /^transfer-encoding: *chunked/im.test(head);
    head = "";
    return end + 4 - before;
  }

  return {
    get begun() {
      return begun;
    },
    read(bytes) {
      let at = begun ? 0 : readHead(bytes);
      if (!chunked && at < bytes.length) body(bytes, at, bytes.length);
      while (chunked && at < bytes.length) {
        if (chunkLeft > 0) {
          const end = Math.min(bytes.length, at + chunkLeft);
          body(bytes, at, end);
          chunkLeft -= end - at;
          isBehindChunk = chunkLeft === 0;
          at = end;
          continue;
        }
        const byte = bytes[at++] ?? 0;
        if (byte === lineFeed) {
          // A chunk ends with a line break, before the line with the size of the next chunk.
          if (!isBehindChunk) chunkLeft = nextSize;
          nextSize = 0;
          isBehindChunk = false;
        } else if (byte !== carriageReturn) {
          nextSize = nextSize * 16 + Number.parseInt(String.fromCharCode(byte), 16);
        }
      }
    },
  };
}
