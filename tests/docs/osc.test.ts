// Tests of `bun run osc`, the bridge to music programs.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import OSC from "osc-js";
import { freePort } from "../../services/dev/daemons/ports.ts";
import type { PositionedObservation } from "../../services/worker/ndbc/types.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { measurements } from "../../shared/measurements.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { observed } from "../rig/observed.ts";
import { startStack } from "../rig/stack.ts";

setDefaultTimeout(120_000);

type Message = { address: string; types: string; args: unknown[] };

const stack = await startStack();
const port = freePort();
let server = await stack.start("server", { PORT: `${port}` });
const bridges: Bun.Subprocess[] = [];

afterAll(async () => {
  for (const bridge of bridges) bridge.kill();
  await stack.stop();
});

/** Stores reports as a poll does, and publishes them. */
async function report(...rows: PositionedObservation[]): Promise<void> {
  await storePoll(stack.sql, latestObsPath, { etag: null, lastModified: null, hash: null }, rows, unguardedIds);
  await publishPending(stack.sql, stack.redis);
}

/** Receives messages as a music program does, with another parser than the library that writes them. */
async function startReceiver() {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const messages: Message[] = [];
  let check = () => {};
  socket.on("message", (bytes) => {
    const message = new OSC.Message("/none");
    message.unpack(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    messages.push({ address: message.address, types: message.types, args: message.args });
    check();
  });
  /** Returns the first messages with one of these names, once there are enough. */
  const received = (names: string[], count: number) =>
    new Promise<Message[]>((resolve) => {
      check = () => {
        const found = messages.filter(({ address }) => names.includes(address.replace("/bellbuoy/", "")));
        if (found.length >= count) resolve(found);
      };
      check();
    });
  return {
    port: socket.address().port,
    messages,
    received,
    reported: (count: number) => received(["report"], count),
    stop: () => socket.close(),
  };
}

function startBridge(receiverPort: number, ...more: string[]): void {
  const program = join(import.meta.dir, "../../docs/examples/osc.ts");
  const where = ["--to", `127.0.0.1:${receiverPort}`, "--from", `http://127.0.0.1:${port}`];
  bridges.push(Bun.spawn([process.execPath, program, ...where, ...more], { stdio: ["ignore", "ignore", "ignore"] }));
}

const now = Math.floor(Date.now() / 60_000) * 60_000;
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe("bun run osc", () => {
  test("sends a message for each field, without a value if it was not measured, and then the report", async () => {
    const receiver = await startReceiver();
    // Two hours old, so outside the hour that the bridge starts with.
    await report(observed("41001", minutesAgo(120), { waveHeightM: 9 }));
    await report(
      observed("44009", minutesAgo(30), { waveHeightM: 1.5, windDirDeg: 0, pressureHpa: 1012.8, gustMps: 7 }),
    );
    await report(observed("46026", minutesAgo(30), { latitude: 37.75, longitude: -122.84 }));
    // 46026 is outside the box.
    startBridge(receiver.port, "--bbox=-80,30,-70,45");
    const [heard] = await receiver.reported(1);

    expect(heard?.types).toBe(",sssf");
    expect(heard?.args.slice(0, 2)).toEqual(["44009", minutesAgo(30)]);
    expect(heard?.args[2]).toMatch(/^\d+$/);
    expect(heard?.args[3]).toBeWithin(30 * 60, 40 * 60);

    const values = receiver.messages.slice(0, -1);
    expect(values.map(({ address }) => address)).toEqual(measurements.map((field) => `/bellbuoy/${field}`));
    const measured = { waveHeightM: 1.5, windDirDeg: 0, pressureHpa: Math.fround(1012.8), gustMps: 7 };
    for (const { address, types, args } of values) {
      const value = (measured as Record<string, number>)[address.replace("/bellbuoy/", "")];
      expect(types).toBe(value === undefined ? ",s" : ",sf");
      expect(args).toEqual(value === undefined ? ["44009"] : ["44009", value]);
    }
    receiver.stop();
  });

  test("sends each report once and in order, even if the server restarts", async () => {
    const receiver = await startReceiver();
    // A socket buffers this many reports for a busy receiver.
    const each = 15;
    const rows = (from: number) =>
      Array.from({ length: each }, (_, index) =>
        observed(`${20_000 + from + index}`, minutesAgo(1), { waveHeightM: 2 }),
      );
    startBridge(receiver.port, "--stations", Array.from({ length: 3 * each }, (_, index) => 20_000 + index).join());
    while ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()).streams < 2) await Bun.sleep(10);
    await report(...rows(0));
    await receiver.reported(each);
    await server.stop();
    await report(...rows(each));
    server = await stack.start("server", { PORT: `${port}` });
    await receiver.reported(2 * each);
    await report(...rows(2 * each));
    const reports = await receiver.reported(3 * each);
    expect(reports.map(({ args }) => args[0])).toEqual(
      Array.from({ length: 3 * each }, (_, index) => `${20_000 + index}`),
    );
    expect(receiver.messages).toHaveLength(3 * each * (measurements.length + 1));
    receiver.stop();
  });

  test("with --bells also sends the strokes of the page, each report's one", async () => {
    const receiver = await startReceiver();
    const ids = ["30001", "30002", "30003"];
    startBridge(receiver.port, "--bells", "--stations", ids.join());
    while ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()).streams < 2) await Bun.sleep(10);
    const fields = [{ waveHeightM: 2, waterTempC: 14 }, { waterTempC: 14 }, { waveHeightM: 2 }];
    await report(...fields.map((measured, index) => observed(`3000${index + 1}`, minutesAgo(1), measured)));
    const strokes = await receiver.received(["bell", "bowed", "knock"], 3);
    const types = strokes.map(({ address, types, args }) => [address, types, args[0]]).sort();
    expect(types).toEqual([
      ["/bellbuoy/bell", ",sffff", "30001"],
      ["/bellbuoy/bowed", ",sfff", "30002"],
      ["/bellbuoy/knock", ",sff", "30003"],
    ]);
    receiver.stop();
  });

  test.each([
    [[], '--to is "", but must be host:port'],
    [["--to", "localhost"], '--to is "localhost", but must be host:port'],
    [["--to", "localhost:57120", "--form", "http://localhost"], "--form"],
  ])("with %p prints what is wrong and its usage", async (words, complaint) => {
    const program = join(import.meta.dir, "../../docs/examples/osc.ts");
    const child = Bun.spawn([process.execPath, program, ...words], { stderr: "pipe" });
    const stderr = await new Response(child.stderr).text();
    expect(stderr).toContain(complaint);
    expect(stderr).toContain("bun run osc --to host:port");
    expect(await child.exited).toBe(2);
  });
});
