// A server with better-sse as in its documentation: a session for each listener, and one channel for all.
// node server.mjs PORT REDIS_URL CHANNEL, with better-sse and ioredis installed in its folder.
import { createServer } from "node:http";
import { createChannel, createSession } from "better-sse";
import { Redis } from "ioredis";

const [port, redisUrl, channelName] = process.argv.slice(2);
const channel = createChannel();

const redis = new Redis(redisUrl);
await redis.subscribe(channelName);
redis.on("message", (_, text) => channel.broadcast(JSON.parse(text), "observation"));

createServer(async (request, response) => {
  // Without keep-alive, which is sent to each stream at a different time: the load client compares streams byte by byte.
  channel.register(await createSession(request, response, { keepAlive: null }));
}).listen(Number(port), "127.0.0.1", 4096);
