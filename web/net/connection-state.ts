// The state of the page's connection, in the page's words.

import { ConnectionError } from "../../shared/client/errors.ts";
import type { Setback } from "../../shared/client/retry.ts";
import type { ConnectionState as ClientState } from "../../shared/client/stream-client.ts";
import * as problemWords from "../words/english/problems.ts";
import { fill } from "../words/message.ts";

/** State of the page's connection. */
export type ConnectionState =
  | Exclude<ClientState, Setback>
  /**
   * The connection was lost (`reconnecting`), the server refused it (`refused`), or other tabs hold all connections
   * (`crowded`). `retryAtMs` is of the clock's `monotonicMs`; `null`: never.
   */
  | { kind: Setback["kind"] | "crowded"; reason: string; retryAtMs: number | null };

/**
 * Shows the client's states in words.
 * @param askOthers asks whether other tabs hold all connections
 * @returns the client's listener
 */
export function showState(
  server: string,
  askOthers: () => Promise<boolean>,
  show: (state: ConnectionState) => void,
): (state: ClientState) => void {
  let isCrowded = false;
  let latest: ClientState | null = null;
  return async (state) => {
    latest = state;
    if (state.kind === "live" || state.kind === "refused") isCrowded = false;
    show(inWords());
    if (state.kind !== "reconnecting" || isCrowded === (await askOthers()) || state !== latest) return;
    isCrowded = !isCrowded;
    show(inWords());

    function inWords(): ConnectionState {
      if (!("error" in state)) return state;
      const { error, retryAtMs } = state;
      return { kind: isCrowded ? "crowded" : state.kind, reason: describe(error, server), retryAtMs };
    }
  };
}

/** Describes an error to the user. Only a failed connection blames the server. */
function describe(error: Error, server: string): string {
  if (!(error instanceof ConnectionError)) return fill(problemWords.pageFault, { error: String(error) });
  const { code, detail } = error;
  switch (code) {
    case "unreachable":
      if (navigator.onLine === false) return problemWords.offline;
      return server.startsWith("http:") && globalThis.location?.protocol === "https:"
        ? problemWords.insecureServer
        : problemWords.unreachable;
    case "overdue":
      return problemWords.silent;
    case "lost":
      return problemWords.lost;
    case "interrupted":
      return problemWords.interrupted;
    case "reset":
      return fill(problemWords.reset, { reason: detail || problemWords.missed });
    case "refused":
      return detail;
    case "status":
      return fill(problemWords.status, { status: detail });
    case "no_server":
      return problemWords.noServer;
  }
}
