import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { clientAddress } from "../../../services/server/http/client-address.ts";

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

  test("is not what it claims to be", () => {
    expect(clientAddress("203.0.113.7", "198.51.100.1", 0)).toBe("203.0.113.7");
  });

  test("is unknown when it is gone already", () => {
    expect(clientAddress(undefined, undefined, 0)).toBe("unknown");
  });
});

describe("behind proxies, a client's address", () => {
  test.each([
    ["is what the proxy saw", 1, "198.51.100.1", "198.51.100.1"],
    ["is not what the client put in front of that", 1, "192.0.2.66, 198.51.100.1", "198.51.100.1"],
    ["is what the outermost of two proxies saw", 2, "192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"],
    ["is the best there is where a proxy was passed by", 2, "198.51.100.1", "198.51.100.1"],
    ["may come with a port", 1, "198.51.100.1:4711", "198.51.100.1"],
    ["may come with a port in IPv6 too", 1, "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"],
    ["may be a mapped one", 1, "::ffff:198.51.100.1", "198.51.100.1"],
    ["is the proxy's where the proxy does not say it", 1, undefined, "10.0.0.1"],
    ["is the proxy's where the proxy writes none", 1, "192.0.2.66, unknown", "10.0.0.1"],
    ["is the proxy's where there is nothing in the header", 1, "", "10.0.0.1"],
  ])("%s", (_, proxies, forwardedFor, counted) => {
    expect(clientAddress("10.0.0.1", forwardedFor, proxies)).toBe(counted);
  });
});
