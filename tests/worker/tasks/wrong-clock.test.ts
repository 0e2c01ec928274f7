// A complete worker on a machine with a wrong clock.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { latestObsFile } from "../../rig/ndbc-file.ts";
import { observed } from "../../rig/observed.ts";
import { spawnService, startStack } from "../../rig/stack.ts";
import { startUpstream } from "../../rig/upstream.ts";

setDefaultTimeout(120_000);

const stack = await startStack();
const upstream = startUpstream();
const dayMs = 86_400_000;

afterAll(async () => {
  await upstream.stop();
  await stack.stop();
});

test("60 days ahead, a worker stores what NDBC has and prunes nothing", async () => {
  const { sql } = stack;
  const now = Date.now();
  const days = Array.from({ length: 21 }, (_, day) => observed("44009", new Date(now - day * dayMs).toISOString()));
  await storePoll(sql, "/earlier", { etag: null, lastModified: null, hash: null }, days, unguardedIds);
  upstream.files.set(latestObsPath, latestObsFile(5, new Date(now - 60_000)));
  const worker = spawnService(
    "worker",
    {
      DATABASE_URL: stack.databaseUrl,
      REDIS_URL: stack.redisUrl,
      NDBC_URL: upstream.url,
      POLL_SECONDS: "1",
      BACKFILL_HOURS: "1",
      RETENTION_DAYS: "7",
      CONTACT: "ops@example.org",
      CLOCK_SHIFT_MS: String(60 * dayMs),
    },
    {
      argv: [
        "bun",
        "--preload",
        join(import.meta.dir, "../../rig/shifted-clock.ts"),
        join(import.meta.dir, "../../../services/worker/main.ts"),
      ],
    },
  );
  const refused = await worker.line(({ message }) => message.startsWith("did not prune"));
  expect(Date.parse(String(refused.machine)) - now).toBeGreaterThan(59 * dayMs);
  await worker.line(({ message, added }) => message === "polled" && added === 5);
  const [stored] = await sql`select count(*)::int as rows from observations`;
  expect(stored).toEqual({ rows: 26 });
  expect(await worker.stop()).toBe(0);
});
