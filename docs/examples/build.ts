// Builds client.mjs from shared/client, since Node 20 cannot import TypeScript: bun docs/examples/build.ts

import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** The built client. */
export const clientPath = join(import.meta.dir, "client.mjs");

/** Returns the client as one file of JavaScript without imports. @throws {AggregateError} if it cannot be built */
export async function buildClient(): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [join(root, "shared/client/stream-client.ts")],
    root,
    banner: "// Follows a server's stream. Built from shared/client by: bun docs/examples/build.ts",
  });
  return (await Promise.all(outputs.map((output) => output.text()))).join("");
}

if (import.meta.main) await Bun.write(clientPath, await buildClient());
