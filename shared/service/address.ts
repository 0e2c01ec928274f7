// Formats service addresses as URLs.

import { isIPv6 } from "node:net";

/** Returns the URL of a service. @param host a name or an address; IPv6 with or without brackets */
export function httpUrl(host: string, port: number | undefined): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
