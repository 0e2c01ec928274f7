// Addresses as people and programs read them.

import { isIPv6 } from "node:net";

/** Returns where a service can be reached, as a URL. @param host a name or an address; of IPv6 with or without brackets */
export function httpUrl(host: string, port: number | undefined): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
