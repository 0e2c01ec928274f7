import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { hashedName } from "../../../shared/hashed-name.ts";
import { playerDir } from "../../../shared/player-dir.ts";
import { builtPlayer } from "../../rig/built-player.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

await builtPlayer();
const stack = await startStack();
const server = await stack.start("server");

afterAll(stack.stop);

const names = await readdir(playerDir);
const script = names.find((name) => hashedName.test(name) && name.endsWith(".js")) ?? "";

/** As a browser that takes these encodings gets it, before it decodes it. */
async function get(path: string, encodings: string) {
  return fetch(server.url + path, { headers: { "Accept-Encoding": encodings }, decompress: false });
}

describe("The server gives the player's files", () => {
  test.each([
    ["br, gzip, deflate", "br"],
    ["gzip, deflate", "gzip"],
    ["identity", null],
  ])("to a browser that takes %s in the smallest form that it understands", async (encodings, expected) => {
    for (const path of ["/", `/${script}`]) {
      const response = await get(path, encodings);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.headers.get("Content-Encoding")).toBe(expected);
      expect(response.headers.get("Vary")).toBe("Accept-Encoding");
      expect(response.headers.get("Content-Type")).toMatch(path === "/" ? /^text\/html/ : /^text\/javascript/);
      if (expected === "gzip") expect(Bun.gunzipSync(bytes).length).toBeGreaterThan(bytes.length);
    }
  });

  test("for good where the name tells the content, and to be asked for anew where it does not", async () => {
    const cacheControl = async (path: string) => (await get(path, "br")).headers.get("Cache-Control");
    expect(await cacheControl(`/${script}`)).toBe("public, max-age=31536000, immutable");
    for (const path of ["/", "/index.html", "/service-worker.js", "/icon-192.png", "/icon-mask.png"]) {
      expect(await cacheControl(path)).toBe("no-cache");
    }
  });

  test("as pictures where they are, not compressed once more", async () => {
    const response = await get("/icon-512.png", "br, gzip");
    expect(response.headers.get("Content-Type")).toBe("image/png");
    expect(response.headers.get("Content-Encoding")).toBeNull();
  });
});
