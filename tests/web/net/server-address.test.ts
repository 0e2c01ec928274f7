// The address of the player's server.

import { describe, expect, test } from "bun:test";
import { readServerAddress } from "../../../web/net/server-address.ts";

const read = (page: string, metaContent = "") => readServerAddress(new URL(page), metaContent);

describe("The player's server", () => {
  test("is the page's folder by default, at any depth", () => {
    expect(read("http://localhost:3000/index.html?hook=1")).toEqual({ url: "http://localhost:3000" });
    expect(read("https://example.org/buoy/#24h")).toEqual({ url: "https://example.org/buoy" });
    expect(read("https://example.org/home/sea/index.html")).toEqual({ url: "https://example.org/home/sea" });
  });

  test("can be set by ?server=, with or without a path or a trailing slash", () => {
    const page = "https://static.example.org/sea/?server=";
    expect(read(`${page}https://bellbuoy.example.org`)).toEqual({ url: "https://bellbuoy.example.org" });
    expect(read(`${page}https://bellbuoy.example.org/api/`)).toEqual({ url: "https://bellbuoy.example.org/api" });
  });

  test("can be set by the page itself, and ?server= wins", () => {
    expect(read("https://static.example.org/", "https://one.example.org")).toEqual({ url: "https://one.example.org" });
    expect(read("https://static.example.org/?server=https://two.example.org", "https://one.example.org")).toEqual({
      url: "https://two.example.org",
    });
  });

  test.each(["", "bellbuoy.example.org", "javascript:alert(1)", "ftp://example.org", "https://example.org/?a=b"])(
    'rejects ?server="%s", and the page says so',
    (asked) => {
      expect(read(`https://static.example.org/?server=${encodeURIComponent(asked)}`)).toEqual({
        problem: `?server= is "${asked}", but must be an address like https://bellbuoy.example.org`,
      });
    },
  );
});
