// Firefox, driven by WebDriver BiDi: https://www.w3.org/TR/webdriver-bidi/

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathOf } from "../programs.ts";
import { startProgram } from "./program.ts";
import { jsonOf, keyActions, type Session } from "./session.ts";

/** No first-run pages, no updates, no requests of its own. */
const preferences = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

/** Time limit of a command: a tab that hangs never answers, and a busy machine may need minutes to start Firefox. */
const commandMs = 240_000;

/** Starts Firefox without a window, on an empty profile. */
export async function startFirefox(env: Record<string, string>): Promise<Session> {
  const profile = mkdtempSync(join(tmpdir(), "bellbuoy-firefox-"));
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  await Bun.write(join(profile, "user.js"), lines.join("\n"));
  const firefox = await startProgram(
    [pathOf("firefox-esr"), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
    env,
    "stderr",
    /WebDriver BiDi listening on (ws:\S+)/,
  );
  const bidi = await connect(`${firefox.said}/session`);
  await bidi.send("session.new", { capabilities: {} });
  const { contexts } = await bidi.send<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
  const context = contexts[0]?.context;
  const resize = async (width: number, height: number) =>
    void (await bidi.send("browsingContext.setViewport", { context, viewport: { width, height } }));
  await resize(1280, 800);
  const locate = async (locator: object) => {
    type Located = { nodes: { sharedId: string }[] };
    const { nodes } = await bidi.send<Located>("browsingContext.locateNodes", { context, locator });
    return nodes.map(({ sharedId }) => sharedId);
  };

  return {
    resize,
    navigate: async (url) => void (await bidi.send("browsingContext.navigate", { context, url, wait: "complete" })),
    async evaluate(expression) {
      const { result, exceptionDetails } = await bidi.send<Evaluated>("script.evaluate", {
        expression: jsonOf(expression),
        target: { context },
        awaitPromise: true,
        userActivation: true,
      });
      if (result?.value === undefined) throw new Error(exceptionDetails?.text ?? "no value");
      return JSON.parse(result.value);
    },
    async isKnownAs(selector, role, name) {
      const [element] = await locate({ type: "css", value: selector });
      const known = await locate({ type: "accessibility", value: { role, name } });
      return known.includes(element ?? "");
    },
    async click(selector) {
      const [sharedId] = await locate({ type: "css", value: selector });
      if (!sharedId) throw new Error(`the page has no ${selector}`);
      const origin = { type: "element", element: { sharedId } };
      const actions = [
        { type: "pointerMove", x: 0, y: 0, origin },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await bidi.send("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] });
    },
    press: async (...keys) => void (await bidi.send("input.performActions", { context, actions: keyActions(keys) })),
    async stop() {
      bidi.close();
      await firefox.stop();
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

type Evaluated = { result?: { value: string }; exceptionDetails?: { text: string } };

async function connect(url: string) {
  const socket = new WebSocket(url);
  const opened = Promise.withResolvers<void>();
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let lastId = 0;
  socket.onopen = () => opened.resolve();
  socket.onerror = () => opened.reject(new Error(`cannot connect to Firefox at ${url}`));
  socket.onmessage = ({ data }) => {
    const { id, result, error, message } = JSON.parse(String(data));
    const command = waiting.get(id);
    waiting.delete(id);
    if (error) command?.reject(new Error(`${error}: ${message}`));
    else command?.resolve(result as never);
  };
  await opened.promise;
  return {
    async send<T>(method: string, params: object): Promise<T> {
      const command = Promise.withResolvers<never>();
      const id = ++lastId;
      waiting.set(id, command);
      socket.send(JSON.stringify({ id, method, params }));
      const late = setTimeout(() => command.reject(new Error(`${method}: Firefox does not answer`)), commandMs);
      return command.promise.finally(() => clearTimeout(late));
    },
    close: () => socket.close(),
  };
}
