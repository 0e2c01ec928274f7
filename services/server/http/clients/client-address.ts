// The client address that rate and stream limits count by.
import { isIP } from "node:net";

/**
 * Returns the client address for limits: an IPv4 address, or the /64 network of an IPv6 address. One client usually
 * owns a whole /64.
 * @param peer remote address of the connection
 * @param forwardedFor the `X-Forwarded-For` header; each proxy appends the address of its own client
 * @param trustedProxies number of proxies in front of the server; entries further left are client claims and ignored
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string {
  const direct = peer === undefined ? null : networkOf(peer);
  const entries = trustedProxies === 0 || forwardedFor === undefined ? [] : forwardedFor.split(",");
  // Fewer entries than proxies: the request did not come through all of them.
  const entry = entries.at(-Math.min(trustedProxies, entries.length));
  return (entry === undefined ? direct : (networkOf(entry) ?? direct)) ?? "unknown";
}

/** Returns the /56 network of an address of {@link clientAddress}, which some providers give to one client; IPv4: itself. */
export function clientNetwork(address: string): string {
  if (!address.endsWith("::/64")) return address;
  const groups = groupsOf(address.slice(0, -"/64".length));
  const [first = 0, second = 0, third = 0, fourth = 0] = groups;
  return `${[first, second, third, fourth & 0xff00].map((group) => group.toString(16)).join(":")}::/56`;
}

/** Returns the normalized address or /64 network; `null` if the text is not an IP address. */
function networkOf(text: string): string | null {
  const address = withoutPort(text.trim());
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : null;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** Strips the port that some proxies append: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, bracketed, dotted] = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  return bracketed ?? dotted ?? text;
}

/** Returns the eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  // The URL parser normalizes every notation: no dots, and at most one `::`.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, "")}]`);
  const [left = [], right = []] = hostname
    .slice(1, -1)
    .split("::")
    .map((half) => (half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16))));
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
