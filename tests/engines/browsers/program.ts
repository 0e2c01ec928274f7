// Starts the programs that the tests of browsers need.

import { type OwnProcess, own } from "../../../services/dev/daemons/daemon.ts";

/**
 * Starts a program and waits for a line of its output.
 * @param output the stream that carries the line
 * @param wanted matches the line; its first group is returned
 * @throws {Error} with all output, if the program ends before
 */
export async function startProgram(
  command: string[],
  env: Record<string, string>,
  output: "stdout" | "stderr",
  wanted: RegExp,
): Promise<OwnProcess & { said: string }> {
  const child = Bun.spawn(command, {
    env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", ...env },
    stdio: ["ignore", output === "stdout" ? "pipe" : "ignore", output === "stderr" ? "pipe" : "ignore"],
  });
  const program = own(child, "SIGTERM", "SIGKILL");
  const found = Promise.withResolvers<string>();
  void (async () => {
    let said = "";
    const decoder = new TextDecoder();
    // Reads to the end: with a full pipe, the program stands still.
    for await (const bytes of child[output] as ReadableStream<Uint8Array>) {
      said = (said + decoder.decode(bytes, { stream: true })).slice(-20_000);
      const match = wanted.exec(said);
      if (match) found.resolve(match[1] ?? "");
    }
    found.reject(new Error(`${command[0]} ended: ${said}`));
  })();
  return { ...program, said: await found.promise };
}
