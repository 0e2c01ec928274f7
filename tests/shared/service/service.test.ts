// How services start, wait for PostgreSQL and Redis, refuse to start, and stop.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "../../../services/dev/daemons/redis.ts";
import { closeAll } from "../../../shared/service/service.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { createDatabase } from "../../rig/database.ts";
import { latestObsFile } from "../../rig/ndbc-file.ts";
import { type LogLine, spawnService } from "../../rig/stack.ts";
import { createTestClock } from "../../rig/test-clock.ts";
import { startUpstream } from "../../rig/upstream.ts";
import { startWire } from "../../rig/wire.ts";

setDefaultTimeout(120_000);

const says = (message: string) => (line: LogLine) => line.message === message;

test.concurrent.each([["worker"], ["server"]] as const)(
  "a %s that finds neither PostgreSQL nor Redis says so once, and works when they are there",
  async (service) => {
    const upstream = startUpstream();
    upstream.files.set(latestObsPath, latestObsFile(3, new Date()));
    const postgres = await startWire(await createDatabase("migrated"));
    await postgres.cut();
    const dir = mkdtempSync(join(tmpdir(), "bellbuoy-late-"));
    const socket = join(dir, "redis.sock");
    const started = spawnService(service, {
      DATABASE_URL: postgres.url,
      REDIS_URL: `unix:${socket}`,
      NDBC_URL: upstream.url,
      BACKFILL_HOURS: "0",
    });
    await started.line(says("waiting for PostgreSQL"));
    await postgres.mend();
    await started.line(says("PostgreSQL answers"));
    await started.line(says("waiting for Redis"));
    const redis = await startRedis({ socket });
    await started.line(says("Redis answers"));
    const url = await started.up;
    if (service === "worker") await started.line(says("polled"));
    else while ((await fetch(`${url}/ready`)).status !== 200) await Bun.sleep(10);
    for (const name of ["PostgreSQL", "Redis"]) {
      expect(started.logged.filter(says(`waiting for ${name}`))).toHaveLength(1);
    }
    expect(await started.stop()).toBe(0);
    await Promise.all([postgres.stop(), redis.stop(), upstream.stop()]);
    await rm(dir, { recursive: true, force: true });
  },
);

describe("a service that stops", () => {
  test("closes its resources in reverse order, even if one fails", async () => {
    const closed: string[] = [];
    await closeAll([
      () => closed.push("database"),
      () => Promise.reject(new Error("it was closed before")),
      async () => void closed.push("port"),
    ]);
    expect(closed).toEqual(["port", "database"]);
  });

  test("does not wait longer than 4.5 seconds for its resources to close", async () => {
    const clock = createTestClock();
    let isOver = false;
    const closing = closeAll([() => new Promise(() => {})], clock).then(() => {
      isOver = true;
    });
    await clock.advance(4_499);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await closing;
  });
});

describe("a start error is one line on stderr, and exit code 1:", () => {
  const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  afterAll(() => taken.stop(true));

  test.concurrent.each([
    [
      "worker",
      { DATABASE_URL: "postgres//me:s3cret@localhost" },
      'DATABASE_URL is "postgres//me:***@localhost", but must be an address like postgres://user:password@host:5432/database, a % in it as %25 and an @ as %40',
    ],
    ["worker", { POLL_SECONDS: "0" }, 'POLL_SECONDS is "0", but must be a whole number from 1 to 3600'],
    [
      "worker",
      { WORKER_PORT: `${taken.port}` },
      `port ${taken.port} is taken: stop what listens there, or set WORKER_PORT to another`,
    ],
    ["server", { PORT: "http" }, 'PORT is "http", but must be a whole number from 0 (any free port) to 65535'],
    [
      "server",
      { PORT: `${taken.port}` },
      `port ${taken.port} is taken: stop what listens there, or set PORT to another`,
    ],
  ] as const)("%s with %p", async (service, env, message) => {
    const { code, stderr } = await spawnService(service, env).ended;
    expect(stderr).toBe(`bellbuoy ${service}: ${message}\n`);
    expect(code).toBe(1);
  });
});
