// What the tests ask of a browser, whichever protocol drives it.

/** A page in a browser with an empty profile. */
export type Session = {
  /** Resolves when the page has loaded. */
  navigate(url: string): Promise<void>;
  /** Evaluates an expression in the page, awaits its promise and returns the value, passed as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks the middle of an element, as a user does. */
  click(selector: string): Promise<void>;
  /** Presses and releases keys, one after the other, in the element that has the focus. */
  press(...keys: string[]): Promise<void>;
  /** Returns whether the browser's accessibility tree has an element with this role and name. */
  isKnownAs(selector: string, role: string, name: string): Promise<boolean>;
  /** Changes the size of the window, in pixels. */
  resize(width: number, height: number): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a browser. @param env the display and the sound device to use */
export type StartSession = (env: Record<string, string>) => Promise<Session>;

/** The keys that have no character, in both protocols: https://www.w3.org/TR/webdriver/#keyboard-actions */
const namedKeys: Record<string, string> = { Escape: "\uE00C", Enter: "\uE007", ArrowRight: "\uE014" };

/** Returns the actions of a keyboard that presses keys. */
export function keyActions(keys: string[]) {
  const actions = keys
    .map((key) => namedKeys[key] ?? key)
    .flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
  return [{ type: "key", id: "keyboard", actions }];
}

/** Returns a script that resolves with the JSON of an expression's value. */
export function jsonOf(expression: string): string {
  return `(async () => JSON.stringify(await (${expression})) ?? "null")()`;
}

/** Max time of one step, even on a busy machine. */
const longestWaitMs = 240_000;

/** Resolves with the value of an expression once it is truthy. @throws {Error} with the expression, after the time limit */
export async function until<T>(session: Session, expression: string): Promise<T> {
  const deadlineMs = performance.now() + longestWaitMs;
  let last: unknown;
  while (performance.now() < deadlineMs) {
    // While a page loads, an expression may throw, or its document may be gone.
    const value = await session.evaluate<T>(expression).catch((error) => {
      last = error;
    });
    if (value) return value;
    await Bun.sleep(100);
  }
  throw new Error(`timed out waiting for: ${expression}`, { cause: last });
}
