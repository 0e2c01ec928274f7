// The API page in Chromium.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { axeSchemes } from "../rig/axe-rules.ts";
import { chromium, openPage, type Page } from "../rig/browser.ts";
import { builtPlayer } from "../rig/built-player.ts";
import { observed } from "../rig/observed.ts";
import { startStack } from "../rig/stack.ts";

setDefaultTimeout(120_000);

describe.skipIf(chromium === null)("the API page", async () => {
  await builtPlayer();
  const stack = await startStack();
  const server = await stack.start("server");
  const file = { etag: null, lastModified: null, hash: null };
  const now = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  await storePoll(stack.sql, latestObsPath, file, [observed("44009", now, { waveHeightM: 1.2 })], unguardedIds);

  let page: Page;
  beforeAll(async () => {
    page = await openPage(`${server.url}/docs`);
    await page.until('document.querySelectorAll("section form").length > 0');
  });
  afterAll(async () => {
    page.close();
    await stack.stop();
  });

  const answerOf = (id: string) => `document.querySelector("#${id} .answer").innerText`;

  async function send(id: string, fields: Record<string, string> = {}): Promise<void> {
    for (const [name, value] of Object.entries(fields)) {
      await page.view.evaluate(
        `Object.assign(document.getElementById("${id}-${name}"), { value: ${JSON.stringify(value)} }).dispatchEvent(new Event("input", { bubbles: true }))`,
      );
    }
    await page.view.evaluate(`document.querySelector("#${id} button").click()`);
  }

  test("shows each path of /openapi.json, contacts no other host, and logs no error", async () => {
    const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
    const shown = await page.view.evaluate<string[]>(
      '[...document.querySelectorAll("section h2")].map((title) => title.innerText.replace(/^GET\\s*/, ""))',
    );
    expect(shown).toEqual(Object.keys(paths));
    const asked = await page.view.evaluate<string[]>(
      'performance.getEntriesByType("resource").map(({ name }) => new URL(name).origin)',
    );
    expect(new Set(asked)).toEqual(new Set([server.url]));
    expect(page.complaints).toEqual([]);
  });

  test("sends the form's values, shows the curl command, and shows the answer or the reason for a refusal", async () => {
    await send("conditions", { within: "1h", stations: "44009" });
    expect(await page.view.evaluate<string>('document.querySelector("#conditions .send code").innerText')).toBe(
      `curl '${server.url}/v1/conditions?within=1h&stations=44009'`,
    );
    await page.until(`${answerOf("conditions")}.startsWith("200 in ")`);
    expect(await page.view.evaluate<string>(answerOf("conditions"))).toContain('"value": 1.2');
    await send("conditions", { within: "3d" });
    await page.until(`${answerOf("conditions")}.startsWith("400 in ")`);
    expect(await page.view.evaluate<string>(answerOf("conditions"))).toContain("is not a span from 1m to 48h");
  });

  test("listens to the stream until the user stops it", async () => {
    await send("observationsStream", { lastEventId: "0" });
    await page.until(`${answerOf("observationsStream")}.includes("event: connection")`);
    await publishPending(stack.sql, stack.redis);
    await page.until(`${answerOf("observationsStream")}.includes("event: observation")`);
    await send("observationsStream");
    await page.until(`${answerOf("observationsStream")}.startsWith("Stopped after ")`);
  });

  test("is accessible: axe finds no issue, light, dark or in forced colours", async () => {
    await send("stations");
    await page.until(`${answerOf("stations")}.startsWith("200 in ")`);
    const axe = await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();
    await page.view.cdp("Runtime.evaluate", { expression: axe });
    for (const { scheme, features, rules } of axeSchemes) {
      await page.view.cdp("Emulation.setEmulatedMedia", { features });
      const violations = await page.view.evaluate<string[]>(
        `axe.run(${JSON.stringify({ resultTypes: ["violations"], ...rules })}).then(({ violations }) =>
          violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(" ")))`,
      );
      expect({ scheme, violations }).toEqual({ scheme, violations: [] });
      if (process.env.DOCS_PICTURE)
        await Bun.write(`${process.env.DOCS_PICTURE}-${scheme}.png`, await page.view.screenshot());
    }
  });
});
