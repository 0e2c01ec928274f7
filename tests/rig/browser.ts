/** A page in a real Chromium, and what went wrong in it. */
export type Page = {
  view: Bun.WebView;
  /** `console.error`s, `console.warn`s and uncaught exceptions. */
  complaints: string[];
  /** Resolves with the value of an expression once it is truthy. @throws {Error} that names it, when it never is */
  until<T>(expression: string): Promise<T>;
  close(): void;
};

/** Where Chromium is, or `null`: then tests that need it say so and the others run. */
export const chromium = Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome");

/** More than anything takes, also on a machine that does much else. */
const longestWaitMs = 30_000;

/** Opens a page; sound may begin without a person, so that a test can click. */
export async function openPage(url: string, size = { width: 1280, height: 800 }): Promise<Page> {
  const complaints: string[] = [];
  const view = new Bun.WebView({
    ...size,
    backend: {
      type: "chrome",
      url: false,
      ...(chromium === null ? {} : { path: chromium }),
      argv: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
        "--autoplay-policy=no-user-gesture-required",
      ],
    },
    console: (type, ...args) => {
      if (type === "error" || type === "warn" || type === "warning") complaints.push(`${type}: ${args.join(" ")}`);
    },
  });
  await view.navigate("about:blank");
  view.addEventListener("Runtime.exceptionThrown", (event) => {
    const { exceptionDetails } = dataOf<{ exceptionDetails: { text: string } }>(event);
    complaints.push(`exception: ${exceptionDetails.text}`);
  });
  view.addEventListener("Log.entryAdded", (event) => {
    const { entry } = dataOf<{ entry: { level: string; text: string } }>(event);
    if (entry.level === "error") complaints.push(`log: ${entry.text}`);
  });
  await view.cdp("Runtime.enable");
  await view.cdp("Log.enable");
  await view.navigate(url);
  return {
    view,
    complaints,
    async until(expression) {
      const deadlineMs = performance.now() + longestWaitMs;
      while (performance.now() < deadlineMs) {
        const value = await view.evaluate(expression);
        if (value) return value as never;
        await Bun.sleep(20);
      }
      throw new Error(`waited for ${longestWaitMs / 1000} s in vain for: ${expression}`);
    },
    close: () => view.close(),
  };
}

/** What a DevTools event carries. */
function dataOf<T>(event: unknown): T {
  return (event as { data: T }).data;
}
