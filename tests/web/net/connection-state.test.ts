// The state of the page's connection, in words.

import { expect, test } from "bun:test";
import { ConnectionError, RefusedError, UnreachableError } from "../../../shared/client/errors.ts";
import { type ConnectionState, showState } from "../../../web/net/connection-state.ts";

/** Returns the reason that the page shows for an error. */
function reasonOf(error: Error, server = "http://sea.test"): string {
  const shown: ConnectionState[] = [];
  showState(
    server,
    () => Promise.resolve(false),
    (state) => shown.push(state),
  )({ kind: "reconnecting", error, retryAtMs: 0 });
  return shown[0] && "reason" in shown[0] ? shown[0].reason : "";
}

test("only a failed connection blames the server", () => {
  expect(reasonOf(new UnreachableError())).toBe("the server cannot be reached");
  expect(reasonOf(new TypeError("x is not a function"))).toBe("a fault of this page: TypeError: x is not a function");
  Object.assign(globalThis, { location: new URL("https://static.example.org/") });
  try {
    expect(reasonOf(new UnreachableError(), "http://buoys.example.org")).toContain("a server on http:");
    expect(reasonOf(new UnreachableError(), "https://buoys.example.org")).toBe("the server cannot be reached");
  } finally {
    Reflect.deleteProperty(globalThis, "location");
  }
});

test.each([
  ["the server does not answer", new ConnectionError("overdue")],
  ["the connection was lost", new ConnectionError("lost")],
  ["the stream was interrupted", new ConnectionError("interrupted")],
  [
    "the database was set back; loading the newest reports again",
    new ConnectionError("reset", "the database was set back"),
  ],
  ["too many events were missed; loading the newest reports again", new ConnectionError("reset")],
  ["too many streams", new RefusedError("too many streams", null)],
  ["status 503", new RefusedError("503", null, "status")],
  ["this address is not a bellbuoy server", new RefusedError("", null, "no_server")],
])("the page says: %s", (reason, error) => {
  expect(reasonOf(error)).toBe(reason);
});
