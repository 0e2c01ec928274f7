// Tests of security headers, the content security policy and CORS.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chromium, openPage } from "../../rig/browser.ts";
import { builtPlayer } from "../../rig/built-player.ts";
import { type Service, startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

await builtPlayer();
const stack = await startStack();
const server = await stack.start("server");

afterAll(stack.stop);

/** Returns a message as any program may publish it. */
function lineOf(time: Date): string {
  const timestamp = `${time.toISOString().slice(0, 19)}.000Z`;
  return `{"stationId":"44009","timestamp":"${timestamp}","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}`;
}

describe("every answer", () => {
  test.each(["/", "/health", "/v1/stations", "/v1/stations/no", "/nothing", "/v1/observations/stream"])(
    "restricts browsers to what the page needs: %s",
    async (path) => {
      const gone = new AbortController();
      const { headers } = await fetch(server.url + path, { signal: gone.signal });
      gone.abort();
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(headers.get("X-Frame-Options")).toBe("DENY");
      expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
      expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
      expect(headers.get("Permissions-Policy")).toContain("camera=()");
      expect(headers.get("Content-Security-Policy")?.split("; ")).toEqual([
        "default-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
    },
  );
});

describe.skipIf(chromium === null)("the page under its policy", () => {
  async function openWatched(url: string) {
    const page = await openPage("about:blank");
    // The browser reports violations only with this event.
    const source = `
      globalThis.violations = [];
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        violations.push(violatedDirective + " " + blockedURI);
      });
    `;
    await page.view.cdp("Page.enable");
    await page.view.cdp("Page.addScriptToEvaluateOnNewDocument", { source });
    await page.view.navigate(url);
    return page;
  }
  const isLive = 'document.body.dataset.state === "live"';

  test("runs and plays sound without a violation", async () => {
    const page = await openWatched(`${server.url}/?hook=1`);
    await page.until(isLive);
    await page.until("bellbuoy.listening !== null");
    await page.view.click("#listen");
    await page.until('document.body.dataset.sound === "playing"');
    await stack.redis.publish("observations:new", lineOf(new Date()));
    await page.until("bellbuoy.scheduled.length === 1");
    expect(await page.view.evaluate<string[]>("violations")).toEqual([]);
    expect(page.complaints).toEqual([]);
    page.close();
  });

  test("cannot be sent to another server by a link, and shows why", async () => {
    const page = await openWatched(`${server.url}/?server=http://127.0.0.1:9`);
    await page.until("violations.length > 0");
    const [violation] = await page.view.evaluate<string[]>("violations");
    expect(violation).toStartWith("connect-src http://127.0.0.1:9/v1/");
    await page.until('document.body.dataset.state === "refused"');
    expect(await page.view.evaluate<string>("document.body.textContent")).toContain(
      "the host of this page allows no other server",
    );
    page.close();
  });
});

describe("pages may read answers", () => {
  async function allowed(service: Service, origin: string, init: RequestInit = {}): Promise<string | null> {
    const response = await fetch(`${service.url}/v1/stations`, { ...init, headers: { Origin: origin } });
    return response.headers.get("Access-Control-Allow-Origin");
  }

  test("from any origin by default", async () => {
    expect(await allowed(server, "https://example.org")).toBe("*");
  });

  test.each([
    ["one origin", "https://example.org"],
    ["a list", "https://example.net, https://example.org"],
  ])("only from %s if CORS_ORIGIN is set", async (_, CORS_ORIGIN) => {
    const strict = await stack.start("server", { CORS_ORIGIN });
    for (const origin of CORS_ORIGIN.split(", ")) expect(await allowed(strict, origin)).toBe(origin);
    expect(await allowed(strict, "https://example.com")).toBeNull();
    expect(await allowed(strict, "https://example.org.example.com")).toBeNull();
    expect(await allowed(strict, "null")).toBeNull();
    const { headers } = await fetch(`${strict.url}/v1/stations`, { headers: { Origin: "https://example.org" } });
    // A cache must not answer one origin with the headers for another.
    expect(headers.get("Vary")?.split(", ")).toContain("Origin");
    await strict.stop();
  });

  test("with Retry-After, also if they are errors, and after a preflight request", async () => {
    const preflight = await fetch(`${server.url}/v1/observations/stream`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "last-event-id",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toBe("GET,HEAD");
    expect(preflight.headers.get("Access-Control-Allow-Headers")).toBe("last-event-id");
    const refused = await fetch(`${server.url}/v1/stations`, { method: "POST" });
    expect(refused.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(refused.headers.get("Access-Control-Expose-Headers")).toBe("Date,ETag,Link,Retry-After");
  });
});
