// Tests of the player's files: compression and caching.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { hashedName } from "../../../shared/player/hashed-name.ts";
import { playerDir } from "../../../shared/player/player-dir.ts";
import { builtPlayer } from "../../rig/built-player.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

await builtPlayer();
const stack = await startStack();
const server = await stack.start("server");

afterAll(stack.stop);

const names = await readdir(playerDir);
const script = names.find((name) => hashedName.test(name) && name.endsWith(".js")) ?? "";

/** Requests a file as a browser with these encodings, and does not decode the answer. */
async function get(path: string, encodings: string) {
  return fetch(server.url + path, { headers: { "Accept-Encoding": encodings }, decompress: false });
}

describe("The server sends the player's files", () => {
  test.each([
    ["br, gzip, deflate", "br"],
    ["gzip, deflate", "gzip"],
    ["identity", null],
  ])("to a browser that accepts %s, in the smallest encoding that it accepts", async (encodings, expected) => {
    for (const path of ["/", `/${script}`]) {
      const response = await get(path, encodings);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.headers.get("Content-Encoding")).toBe(expected);
      expect(response.headers.get("Vary")).toBe("Accept-Encoding");
      expect(response.headers.get("Content-Type")).toMatch(path === "/" ? /^text\/html/ : /^text\/javascript/);
      if (expected === "gzip") expect(Bun.gunzipSync(bytes).length).toBeGreaterThan(bytes.length);
    }
  });

  test("with an unlimited cache lifetime if the name has a hash, and otherwise with revalidation", async () => {
    const cacheControl = async (path: string) => (await get(path, "br")).headers.get("Cache-Control");
    expect(await cacheControl(`/${script}`)).toBe("public, max-age=31536000, immutable");
    for (const path of ["/", "/index.html", "/service-worker.js", "/icon-192.png", "/icon-mask.png"]) {
      expect(await cacheControl(path)).toBe("no-cache");
    }
  });

  test("without compression if they are pictures", async () => {
    const response = await get("/icon-512.png", "br, gzip");
    expect(response.headers.get("Content-Type")).toBe("image/png");
    expect(response.headers.get("Content-Encoding")).toBeNull();
  });
});
