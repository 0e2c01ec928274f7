// Tests of the stream client of the tests.

import { expect, test } from "bun:test";
import { listen } from "./listen.ts";

test("a stream that ends before it has begun is reported, instead of waiting forever", async () => {
  const headers = { "Content-Type": "text/event-stream" };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("retry: 1000\n\n", { headers }),
  });
  const listening = await listen(server.url.href);
  await listening.ended;
  expect(listening.events).toEqual([]);
  await server.stop(true);
});
