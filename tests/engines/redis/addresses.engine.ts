// The forms of REDIS_URL against a real Redis, with TLS, IPv6, a socket, and a user with special characters.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { Redis as Client } from "ioredis";
import { daemonAccount, giveTo } from "../../../services/dev/daemons/account.ts";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { type Redis, startRedis } from "../../../services/dev/daemons/redis.ts";
import { watchConnection } from "../../../shared/connections/connection-health.ts";
import { connectRedis } from "../../../shared/redis/redis.ts";
import { redisOptions } from "../../rig/redis-options.ts";
import { silentLog } from "../../rig/silent-log.ts";
import { spawnService } from "../../rig/stack.ts";
import { isMissing } from "../programs.ts";

setDefaultTimeout(120_000);

const tlsPort = freePort();
const folder = mkdtempSync(join(tmpdir(), "bellbuoy-redis-tls-"));
const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
const password = "p@ss/w:rd?#%";
const login = `be%40ll:${encodeURIComponent(password)}`;
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
let redis: Redis;

beforeAll(async () => {
  if (isMissing("redis-server", "openssl")) return;
  chmodSync(folder, 0o755);
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  await Bun.$`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ${names} -keyout ${key} -out ${certificate}`.quiet();
  giveTo(await daemonAccount(), key);
  redis = await startRedis({
    settings: {
      "tls-port": String(tlsPort),
      "tls-cert-file": certificate,
      "tls-key-file": key,
      "tls-ca-cert-file": certificate,
      "tls-auth-clients": "no",
    },
  });
  const admin = new Client(redisOptions(redis.url));
  await admin.acl("SETUSER", "be@ll", "on", `>${password}`, "allkeys", "allchannels", "+@all");
  admin.disconnect();
});
afterAll(async () => {
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Returns the user and the database of a connection. */
async function connectTo(url: string): Promise<{ user: unknown; database: string | undefined }> {
  const health = watchConnection("Redis", silentLog, new AbortController().signal);
  const client = connectRedis(url, health);
  try {
    const list = String(await client.call("client", "info"));
    return { user: await client.call("acl", "whoami"), database: / db=(\d+)/.exec(list)?.[1] };
  } finally {
    client.disconnect();
  }
}

describe.skipIf(isMissing("redis-server", "openssl"))("Redis is reached", () => {
  test("by a socket, as a user, in another database", async () => {
    const query = `username=be%40ll&password=${encodeURIComponent(password)}&db=3`;
    expect(await connectTo(`${redis.url}?${query}`)).toEqual({ user: "be@ll", database: "3" });
  });

  test("over TLS, with the certificate of an own authority", async () => {
    const env = { REDIS_URL: `rediss://${login}@localhost:${tlsPort}/2`, NODE_EXTRA_CA_CERTS: certificate };
    const program = `import { connectRedis } from ${JSON.stringify(join(import.meta.dir, "../../../shared/redis/redis.ts"))};
      const redis = connectRedis(process.env.REDIS_URL, { up() {}, down(error) { console.log(String(error)); process.exit(1); } });
      console.log(await redis.call("acl", "whoami"));
      process.exit(0);`;
    const run = (env: Record<string, string>) =>
      Bun.$`bun -e ${program}`
        .env({ PATH: process.env.PATH ?? "", ...env })
        .nothrow()
        .text();
    expect(await run(env)).toBe("be@ll\n");
    // Without it, the certificate is refused.
    expect(await run({ REDIS_URL: env.REDIS_URL })).toMatch(/self.signed certificate/i);
  });
});

test.skipIf(!hasIpv6 || isMissing("redis-server", "openssl"))("Redis is reached by an IPv6 address", async () => {
  const port = freePort();
  const other = await startRedis({ port });
  const admin = new Client(redisOptions(other.url));
  await admin.config("SET", "bind", "127.0.0.1 ::1");
  admin.disconnect();
  expect(await connectTo(`redis://[::1]:${port}/1`)).toEqual({ user: "default", database: "1" });
  await other.stop();
});

test("a service stops with one line, without the password, about an address that cannot work", async () => {
  const { code, stderr } = await spawnService("server", { REDIS_URL: "redis://me:s3cret@h1:6379,h2:6379" }).ended;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      'bellbuoy server: REDIS_URL is "redis://me:***@h1:6379,h2:6379", but has several hosts: use redis+sentinel://host,host/name or redis+cluster://host,host\n',
  });
});
