// Tests of the examples that need only Bun and Chromium. The others are in tests/engines/docs.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { buildClient, clientPath } from "../../docs/examples/build.ts";
import { chromium, openPage } from "../rig/browser.ts";
import { type ExampleServer, examples, startExampleServer } from "./example-server.ts";

setDefaultTimeout(120_000);

let server: ExampleServer;

beforeAll(async () => {
  server = await startExampleServer();
});
afterAll(() => server?.stop());

describe("The example", () => {
  test("listen.mjs, run by Bun, prints each report once, even if the server restarts", async () => {
    const { reported, lines } = await server.runThroughRestart([process.execPath, join(examples, "listen.mjs")]);
    expect(lines.map((line) => line.match(/\d{4}-[\d:T-]+\.000Z/)?.[0])).toEqual(reported);
    expect(lines.join("\n")).toMatch(/waves not measured|"waveHeightM":null/);
    expect(lines.join("\n")).toMatch(/waves of 1\.5 m|"waveHeightM":1\.5/);
  });

  test("client.mjs is what `bun docs/examples/build.ts` builds from shared/client", async () => {
    expect(await Bun.file(clientPath).text()).toBe(await buildClient());
  });

  test.skipIf(!chromium)("listen.html, a page from another origin, shows each report", async () => {
    const page = await openPage(`file://${join(examples, "listen.html")}#${server.url}`);
    try {
      await page.until(`document.querySelector("#state").textContent.startsWith("listening")`);
      const [first, second] = await server.report("44009", "46026");
      await page.until(`document.querySelectorAll("#reports li").length === 2`);
      expect(
        await page.view.evaluate(`[...document.querySelectorAll("#reports li")].map((item) => item.textContent)`),
      ).toEqual([`${second} 46026: waves not measured`, `${first} 44009: waves of 1.5 m`]);
      expect(page.complaints).toEqual([]);
    } finally {
      page.close();
    }
  });
});
