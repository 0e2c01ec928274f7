// Tests of the client address that limits count.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { clientAddress } from "../../../../services/server/http/clients/client-address.ts";

setDefaultTimeout(120_000);

describe("without a proxy, a client's address", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("%s counts as %s", (peer, counted) => {
    expect(clientAddress(peer, undefined, 0)).toBe(counted);
  });

  test("is never the one in X-Forwarded-For", () => {
    expect(clientAddress("203.0.113.7", "198.51.100.1", 0)).toBe("203.0.113.7");
  });

  test("is unknown after the connection has closed", () => {
    expect(clientAddress(undefined, undefined, 0)).toBe("unknown");
  });
});

describe("behind proxies, a client's address", () => {
  test.each([
    ["is the one that the proxy appended", 1, "198.51.100.1", "198.51.100.1"],
    ["is not one that the client sent in the header", 1, "192.0.2.66, 198.51.100.1", "198.51.100.1"],
    ["is the one that the outer of two proxies appended", 2, "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"],
    ["is the leftmost one if a request skipped a proxy", 2, "198.51.100.1", "198.51.100.1"],
    ["may have a port", 1, "198.51.100.1:4711", "198.51.100.1"],
    ["may have a port, also in IPv6", 1, "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"],
    ["may be IPv4-mapped", 1, "::ffff:198.51.100.1", "198.51.100.1"],
    ["is the proxy's if the proxy sends no header", 1, undefined, "10.0.0.1"],
    ["is the proxy's if the proxy appends no address", 1, "192.0.2.66, unknown", "10.0.0.1"],
    ["is the proxy's if the header is empty", 1, "", "10.0.0.1"],
  ])("%s", (_, proxies, forwardedFor, counted) => {
    expect(clientAddress("10.0.0.1", forwardedFor, proxies)).toBe(counted);
  });
});
