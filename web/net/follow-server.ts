// Follows a server: its stream, its stations and its status.

import type { Station } from "../../shared/client/answers.ts";
import { createStreamClient, type StreamListener } from "../../shared/client/stream-client.ts";
import type { Clock } from "../../shared/clock.ts";
import * as problemWords from "../words/english/problems.ts";
import { type ConnectionState, showState } from "./connection-state.ts";
import { keepAlive } from "./keep-alive.ts";
import { followOtherTabs } from "./other-tabs.ts";
import { followStationNames } from "./station-names.ts";

/** Receives all data from the server. */
export type ServerListener = Omit<Required<StreamListener>, "onState"> & {
  onState(state: ConnectionState): void;
  onStations(stations: Station[]): void;
  /** Returns whether the station is known. */
  knows(stationId: string): boolean;
  /** Returns whether the page is hidden and makes no sound. Another tab may then take its connection. */
  isIdle(): boolean;
};

/** Max delay before a retry, even if the server asks for more: someone looks at the page. */
const maxRetryMs = 60_000;

/** A followed server. */
type FollowedServer = {
  /** Requests the data of a reporting station if it is unknown. */
  meet(stationId: string): void;
  /** Connects at once if there is no connection. */
  tryNow(): void;
};

/** Follows a server for the life of the page: its stream, its stations and its status. */
export function followServer(server: string, listener: ServerListener, clock: Clock): FollowedServer {
  const askOthers = followOtherTabs(server, keepsStream, clock);
  const client = createStreamClient(
    { server, EventSource, maxRetryMs, clock },
    { ...listener, onState: showState(server, askOthers, listener.onState) },
  );
  const life = new AbortController();
  const { tryNow, rest } = keepAlive(client, listener.isIdle, life.signal, clock);
  watchPolicy(server, life.signal, () => {
    life.abort();
    client.close();
    listener.onState({ kind: "refused", reason: problemWords.forbiddenServer, retryAtMs: null });
  });
  client.open();
  return { meet: followStationNames(server, listener.knows, listener.onStations, clock), tryNow };

  /** Returns whether this page needs its open connection; if not, another tab gets it. */
  function keepsStream(): boolean {
    if (client.isOpen() && listener.isIdle()) rest();
    return client.isOpen();
  }
}

/**
 * Stops for good when the page's policy forbids this server: only the `securitypolicyviolation` event reports why a
 * request failed.
 */
function watchPolicy(server: string, signal: AbortSignal, onForbidden: () => void): void {
  const forbid = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    const isOurs = effectiveDirective === "connect-src" && blockedURI.startsWith(`${new URL(server).origin}/`);
    if (isOurs) onForbidden();
  };
  globalThis.document?.addEventListener("securitypolicyviolation", forbid, { signal });
}
