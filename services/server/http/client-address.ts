import { isIP } from "node:net";

/**
 * Who asks, as limits count it: an IPv4 address, or the /64 network of an IPv6 address, since whoever has one address of it
 * has them all.
 * @param peer the other end of the connection
 * @param forwardedFor the header `X-Forwarded-For`, to which each proxy appends the address that it was asked by
 * @param trustedProxies how many proxies stand before the server; what stands left of their entries is a claim of the client
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

/** `null` for what is no address. */
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

/** Some proxies append the client's port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, bracketed, dotted] = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  return bracketed ?? dotted ?? text;
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  // The URL parser writes all of its forms in one: without dots, zeros left out once at most.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, "")}]`);
  const [left = [], right = []] = hostname
    .slice(1, -1)
    .split("::")
    .map((half) => (half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16))));
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
