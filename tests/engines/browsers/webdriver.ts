// Browsers with a WebDriver server: WebKitGTK and Chromium. https://www.w3.org/TR/webdriver/

import { own } from "../../../services/dev/daemons/daemon.ts";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { pathOf } from "../programs.ts";
import { jsonOf, keyActions, type Session } from "./session.ts";

/** Starts WebKitGTK's MiniBrowser, which its driver finds by itself. */
export async function startWebKit(env: Record<string, string>): Promise<Session> {
  // Without a graphics card, WebKit's faster way to the screen fails.
  const variables = { ...env, GDK_BACKEND: "x11", WEBKIT_DISABLE_DMABUF_RENDERER: "1" };
  return startWebDriver(pathOf("WebKitWebDriver"), variables, {});
}

/** Starts a whole Chromium with a window; the headless one plays no sound. */
export async function startChromium(env: Record<string, string>): Promise<Session> {
  const options = { args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1280,900"] };
  return startWebDriver(pathOf("chromedriver"), env, { "goog:chromeOptions": options });
}

async function startWebDriver(program: string, env: Record<string, string>, wanted: object): Promise<Session> {
  const port = freePort();
  const child = Bun.spawn([program, `--port=${port}`], {
    env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8", ...env },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const driver = own(child, "SIGTERM", "SIGKILL");
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/status`).catch(() => null))?.ok) await Bun.sleep(50);
  const { sessionId } = await send<{ sessionId: string }>(`${url}/session`, {
    capabilities: { alwaysMatch: { timeouts: { script: commandMs, pageLoad: commandMs }, ...wanted } },
  });
  const session = `${url}/session/${sessionId}`;
  return {
    navigate: (to) => send(`${session}/url`, { url: to }),
    async evaluate(expression) {
      const script = `const done = arguments[arguments.length - 1];
        ${jsonOf(expression)}.then((json) => done({ json }), (error) => done({ error: String(error) }))`;
      const { json, error } = await send<{ json?: string; error?: string }>(`${session}/execute/async`, {
        script,
        args: [],
      });
      if (json === undefined) throw new Error(error);
      return JSON.parse(json);
    },
    async click(selector) {
      await send(`${await find(selector)}/click`, {});
    },
    async isKnownAs(selector, role, name) {
      const element = await find(selector);
      const [itsRole, itsName] = [await receive(`${element}/computedrole`), await receive(`${element}/computedlabel`)];
      return itsRole === role && itsName === name;
    },
    resize: (width, height) => send(`${session}/window/rect`, { width, height }),
    press: (...keys) => send(`${session}/actions`, { actions: keyActions(keys) }),
    async stop() {
      await fetch(session, { method: "DELETE", signal: AbortSignal.timeout(commandMs) });
      await driver.stop();
    },
  };

  /** Returns an element's URL. */
  async function find(selector: string): Promise<string> {
    const how = { using: "css selector", value: selector };
    const element = await send<Record<string, string>>(`${session}/element`, how);
    return `${session}/element/${Object.values(element)[0]}`;
  }
}

/** Time limit of a command: a busy machine may need minutes to start a browser. */
const commandMs = 240_000;

function send<T>(url: string, body: object): Promise<T> {
  return ask(url, { method: "POST", body: JSON.stringify(body) });
}

function receive(url: string): Promise<string> {
  return ask(url, {});
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(commandMs + 10_000) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
