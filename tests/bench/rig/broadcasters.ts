// Starts the servers that benches compare: bellbuoy, a broadcaster in C, nchan, better-sse.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import type { Stack } from "../../rig/stack.ts";
import { childrenOf, cores, pin } from "./processes.ts";
import { type Publisher, publishToNchan, publishToRedis } from "./publisher.ts";

/** A server that streams published messages to all clients, alone on its core. */
export type Broadcaster = {
  streamUrl: string;
  pids: number[];
  publisher: Publisher;
  stop(): Promise<void>;
};

/** Starts a broadcaster. Resolves when it listens. */
export type StartBroadcaster = () => Promise<Broadcaster>;

const channel = "observations:new";
const betterSse = "better-sse@0.16.1";

/** Starts bellbuoy's server; several servers share a port. */
export function bellbuoy(stack: Stack, servers = 1): StartBroadcaster {
  return async () => {
    const port = freePort();
    const limits = { MAX_STREAMS: "1000000", MAX_STREAMS_PER_IP: "1000000" };
    const env = { ...limits, PORT: String(port), REUSE_PORT: servers > 1 ? "1" : "0" };
    const started = await Promise.all(Array.from({ length: servers }, () => stack.start("server", env)));
    for (const { pid } of started) pin(pid, cores.server);
    await untilSubscribed(stack, servers);
    const publisher = await publishToRedis(stack.redisUrl, stack.sql);
    return {
      streamUrl: `http://127.0.0.1:${port}/v1/observations/stream`,
      pids: started.map(({ pid }) => pid),
      publisher,
      async stop() {
        publisher.close();
        await Promise.all(started.map((server) => server.stop("SIGKILL")));
        await untilSubscribed(stack, 0);
        // The next publisher begins with the first id again.
        await stack.sql`truncate observations`;
      },
    };
  };
}

/** Compiles and starts {@link ./floor.c}; `null` without a C compiler. */
export async function floor(stack: Stack): Promise<StartBroadcaster | null> {
  if (!Bun.which("cc")) return null;
  const directory = temporaryDirectory();
  const program = join(directory, "floor");
  await run(["cc", "-O2", "-o", program, join(import.meta.dir, "floor.c")]);
  return () => {
    const port = freePort();
    const command = [program, String(port), new URL(stack.redisUrl).port, channel];
    return startBroadcaster(command, port, "/", () => publishToRedis(stack.redisUrl, null));
  };
}

/** Starts nginx with its module nchan, which receives messages over HTTP; `null` if they are not installed. */
export async function nchan(): Promise<StartBroadcaster | null> {
  const module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
  if (!Bun.which("nginx") || !(await Bun.file(module).exists())) return null;
  return async () => {
    const directory = temporaryDirectory();
    const port = freePort();
    const config = join(directory, "nginx.conf");
    await Bun.write(config, nchanConfig(module, directory, port));
    const command = ["nginx", "-e", join(directory, "error.log"), "-p", directory, "-c", config];
    return startBroadcaster(command, port, "/stream", () => publishToNchan(`http://127.0.0.1:${port}/publish`), 1);
  };
}

/** Settings with memory for a whole burst, because nchan drops what does not fit; otherwise its defaults. */
function nchanConfig(module: string, directory: string, port: number): string {
  return `load_module ${module};
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  keepalive_requests 1000000000;
  nchan_shared_memory_size 256M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish { nchan_publisher; nchan_channel_id sea; nchan_message_buffer_length 20000; }
    location = /stream { nchan_subscriber eventsource; nchan_channel_id sea; nchan_subscriber_first_message newest; }
  }
}
`;
}

/** Starts better-sse on Node, with ioredis as its source; `null` without Node or without the npm registry. */
export async function betterSseOnNode(stack: Stack): Promise<StartBroadcaster | null> {
  if (!Bun.which("node")) return null;
  const directory = temporaryDirectory();
  await Bun.write(join(directory, "package.json"), "{}");
  const installed = await run([process.execPath, "add", betterSse, "ioredis"], directory).then(
    () => true,
    () => false,
  );
  if (!installed) return null;
  const program = join(directory, "server.mjs");
  await Bun.write(program, Bun.file(join(import.meta.dir, "better-sse.mjs")));
  return () => {
    const port = freePort();
    const command = ["node", program, String(port), stack.redisUrl, channel];
    return startBroadcaster(command, port, "/", () => publishToRedis(stack.redisUrl, null));
  };
}

/** Starts a program as a broadcaster. @param workers number of processes that it starts itself */
async function startBroadcaster(
  command: string[],
  port: number,
  path: string,
  createPublisher: () => Promise<Publisher>,
  workers = 0,
): Promise<Broadcaster> {
  const child = Bun.spawn(command, { stdio: ["ignore", "ignore", "inherit"] });
  await untilConnected(port);
  let children = await childrenOf(child.pid);
  while (children.length < workers) {
    await Bun.sleep(20);
    children = await childrenOf(child.pid);
  }
  const pids = [child.pid, ...children];
  for (const pid of pids) pin(pid, cores.server);
  const publisher = await createPublisher();
  return {
    streamUrl: `http://127.0.0.1:${port}${path}`,
    pids,
    publisher,
    async stop() {
      publisher.close();
      child.kill();
      await child.exited;
    },
  };
}

async function untilConnected(port: number): Promise<void> {
  for (;;) {
    try {
      const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
      socket.end();
      return;
    } catch {
      await Bun.sleep(20);
    }
  }
}

async function untilSubscribed({ redis }: Stack, servers: number): Promise<void> {
  const subscribed = async () => Number((await redis.pubsub("NUMSUB", channel))[1]);
  while ((await subscribed()) !== servers) await Bun.sleep(20);
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "bellbuoy-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function run(command: string[], cwd?: string): Promise<void> {
  const child = Bun.spawn(command, { ...(cwd && { cwd }), stdio: ["ignore", "ignore", "pipe"] });
  const complaints = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(complaints.trim());
}
