/** How far the answer to one request was read. */
export type AnswerReader = {
  /** Whether the head is over. */
  readonly begun: boolean;
  /** Reads on. @throws {Error} when the answer is not a 200 */
  read(bytes: Buffer): void;
};

const lineFeed = 10;
const carriageReturn = 13;

/** Reads an HTTP answer as its bytes come, without a copy. @param body called with each piece of its body, chunk heads left out */
export function createAnswerReader(body: (bytes: Buffer, start: number, end: number) => void): AnswerReader {
  let head = "";
  let begun = false;
  let chunked = false;
  /** What is missing of the chunk under way, and the size of the next one as far as its digits came. */
  let chunkLeft = 0;
  let nextSize = 0;
  let isBehindChunk = false;

  /** @returns where the body begins, or the end */
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
          // A chunk ends in a line break of its own, before the line that tells the size of the next.
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
