// URLs of services.

import { expect, test } from "bun:test";
import { httpUrl } from "../../../shared/service/address.ts";

test.each([
  ["localhost", "http://localhost:3000"],
  ["192.0.2.7", "http://192.0.2.7:3000"],
  ["::1", "http://[::1]:3000"],
  ["[::1]", "http://[::1]:3000"],
  ["2001:db8::7", "http://[2001:db8::7]:3000"],
])("a service on %s is reached at %s", (host, url) => {
  expect(httpUrl(host, 3000)).toBe(url);
  expect(URL.canParse(url)).toBe(true);
});
