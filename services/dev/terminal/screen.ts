// Output of the development stack: permanent lines, and on a terminal one live line below them.

/** Writes the stack's output. */
type Screen = {
  /** Prints text that stays. */
  say(text: string): void;
  /** Replaces the live line. Does nothing without a terminal. */
  live(text: string): void;
  /** Removes the live line. */
  close(): void;
};

const clearLine = "\r\x1b[K";

/** Creates a screen. @param hasLiveLine whether `out` is a terminal to which no other process writes */
export function createScreen(hasLiveLine: boolean, out: Pick<NodeJS.WriteStream, "write" | "columns">): Screen {
  if (!hasLiveLine) return { say: (text) => void out.write(`${text}\n`), live() {}, close() {} };
  let line = "";
  // A line that wraps could not be cleared.
  const draw = () => void out.write(clearLine + line.slice(0, (out.columns || 80) - 1));
  return {
    say(text) {
      out.write(`${clearLine}${text}\n`);
      draw();
    },
    live(text) {
      line = text;
      draw();
    },
    close() {
      line = "";
      draw();
    },
  };
}

/** Draws a frame around a line. */
export function frame(line: string): string {
  const bar = "─".repeat(line.length + 4);
  return `╭${bar}╮\n│  ${line}  │\n╰${bar}╯`;
}
