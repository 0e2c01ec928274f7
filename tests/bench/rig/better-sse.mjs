// What its documentation shows: a session for each listener, and a channel that all of them are in.
// node server.mjs PORT REDIS_URL CHANNEL, with better-sse and ioredis beside it.
import { createServer } from "node:http";
import { createChannel, createSession } from "better-sse";
import { Redis } from "ioredis";

const [port, redisUrl, channelName] = process.argv.slice(2);
const channel = createChannel();

const redis = new Redis(redisUrl);
await redis.subscribe(channelName);
redis.on("message", (_, text) => channel.broadcast(JSON.parse(text), "observation"));

createServer(async (request, response) => {
  // Without signs of life, which come to each at a time of its own: the load client compares streams byte by byte.
  channel.register(await createSession(request, response, { keepAlive: null }));
}).listen(Number(port), "127.0.0.1", 4096);
