import { afterEach, describe, expect, test } from "bun:test";
import { type Listening, listen } from "../rig/listen.ts";
import { startStack } from "../rig/stack.ts";

const stack = await startStack();
const server = await stack.start("server");
const streamUrl = `${server.url}/v1/observations/stream`;
const open: Listening[] = [];

/** The line of the contract, as any program may publish it. */
const line =
  '{"stationId":"44009","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}';

async function listening(query = "", headers = {}): Promise<Listening> {
  const listener = await listen(streamUrl + query, headers);
  open.push(listener);
  return listener;
}

afterEach(() => {
  for (const listener of open.splice(0)) listener.leave();
});

describe("A stream", () => {
  test("begins with the connection event and the headers of an event stream", async () => {
    const listener = await listening();
    const [first] = listener.events;
    expect(listener.status).toBe(200);
    expect(listener.headers.get("Content-Type")).toStartWith("text/event-stream");
    expect(listener.headers.get("Cache-Control")).toBe("no-cache");
    expect(listener.headers.get("X-Accel-Buffering")).toBe("no");
    expect(listener.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(first?.event).toBe("connection");
    expect(JSON.parse(first?.data ?? "")).toEqual({
      status: "connected",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      lastEventId: "0",
    });
    expect(listener.raw).toMatch(/^retry: \d+\n\n/);
  });

  test("passes on the contract's own line byte for byte, without an id", async () => {
    const listener = await listening();
    await stack.redis.publish("observations:new", line);
    const [heard] = await listener.heard(1);
    expect(heard).toMatchObject({ event: "observation", data: line, id: null });
  });
});
