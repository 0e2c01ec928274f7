// Which client sends a request.

import type { Log } from "../../../../shared/process/log.ts";
import type { RequestContext } from "../request-env.ts";
import { clientAddress, clientNetwork } from "./client-address.ts";

/** Finds the client of a request, for limits. */
type Clients = {
  /** Returns its address, as `clientAddress` does. */
  addressOf(c: RequestContext): string;
  /** Returns its network, as `clientNetwork` does. */
  networkOf(c: RequestContext): string;
};

/**
 * Creates the search for clients. It warns once if a proxy sends no `X-Forwarded-For`.
 * @param trustedProxies number of proxies in front of the server
 */
export function createClients(trustedProxies: number, log: Log): Clients {
  let hasWarned = false;

  function addressOf(c: RequestContext): string {
    const forwardedFor = c.req.header("X-Forwarded-For");
    if (trustedProxies > 0 && forwardedFor === undefined && !hasWarned) {
      hasWarned = true;
      log.warn("TRUST_PROXY is set, but a request came without X-Forwarded-For", {
        code: "no_forwarded_for",
        trustedProxies,
      });
    }
    return clientAddress(c.env.server.requestIP(c.req.raw)?.address, forwardedFor, trustedProxies);
  }

  return { addressOf, networkOf: (c) => clientNetwork(addressOf(c)) };
}
