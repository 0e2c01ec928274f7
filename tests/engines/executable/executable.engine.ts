// Tests of the executables: the one for amd64 runs as a user without rights, the one for arm64 is only built. The first run
// downloads Bun's other runtimes from the npm registry.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { type Redis, startRedis } from "../../../services/dev/daemons/redis.ts";
import { buildExecutable } from "../../../services/executable/build.ts";
import { playerDir } from "../../../shared/player/player-dir.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { builtPlayer } from "../../rig/built-player.ts";
import { createDatabase } from "../../rig/database.ts";
import { listen } from "../../rig/listen.ts";
import { latestObsFile } from "../../rig/ndbc-file.ts";
import { type ServiceName, type StartingService, spawnService } from "../../rig/stack.ts";
import { startUpstream } from "../../rig/upstream.ts";
import { isMissing, pathOf } from "../programs.ts";

// The first run downloads the runtimes.
setDefaultTimeout(300_000);

/** A user that owns nothing, on any Linux. */
const userId = 65534;

const cannotRun = process.platform !== "linux" || process.arch !== "x64" || isMissing("setpriv");

describe.skipIf(cannotRun)(
  "The executable for amd64, started by a user without rights in an empty folder without programs,",
  () => {
    let program = "";
    let emptyDir = "";
    let home = "";
    let databaseUrl = "";
    let redis: Redis;
    const upstream = startUpstream();
    const started: StartingService[] = [];

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), "bellbuoy-executable-"));
      emptyDir = join(home, "empty");
      await mkdir(emptyDir, { mode: 0o555 });
      await chmod(home, 0o755);
      await builtPlayer();
      program = await buildExecutable("linux-amd64", home);
      // A port, because another user cannot reach the socket of a test's Redis.
      redis = await startRedis({ port: freePort() });
      databaseUrl = await createDatabase("empty");
      upstream.files.set(latestObsPath, latestObsFile(3, new Date()));
    });

    afterAll(async () => {
      await Promise.all(started.map((service) => service.stop("SIGKILL")));
      await Promise.all([redis?.stop(), upstream.stop()]);
      await rm(home, { recursive: true, force: true });
    });

    function start(service: ServiceName, env: Record<string, string> = {}): StartingService {
      const asUser =
        process.getuid?.() === 0 ? [pathOf("setpriv"), `--reuid=${userId}`, `--regid=${userId}`, "--clear-groups"] : [];
      const command = { argv: [...asUser, program, service], cwd: emptyDir };
      const running = spawnService(
        service,
        {
          PATH: "",
          DATABASE_URL: databaseUrl,
          REDIS_URL: redis.url,
          NDBC_URL: upstream.url,
          BACKFILL_HOURS: "0",
          ...env,
        },
        command,
      );
      started.push(running);
      return running;
    }

    test("creates the tables, polls, and sends the reports to a listener", async () => {
      const url = await start("server").up;
      const worker = start("worker");
      await worker.up;
      // The server waits until the worker has made the tables.
      while ((await fetch(`${url}/ready`)).status !== 200) await Bun.sleep(10);
      const listener = await listen(`${url}/v1/observations/stream?since=2000-01-01T00:00:00Z`);
      expect(await listener.heard(3)).toHaveLength(3);
      listener.leave();
      expect(await readdir(emptyDir)).toEqual([]);
      for (const service of started) expect(await service.stop()).toBe(0);
      for (const service of started) expect((await service.ended).stderr).toBe("");
    });

    test("serves every file of the player like a checkout", async () => {
      const [own, checkout] = [
        start("server"),
        spawnService("server", { DATABASE_URL: databaseUrl, REDIS_URL: redis.url }),
      ];
      started.push(checkout);
      const urls = [await own.up, await checkout.up] as const;
      const files = (await readdir(playerDir)).filter((name) => !/\.(br|gz)$/.test(name));
      expect(files.length).toBeGreaterThan(10);
      for (const path of ["/", "/nothing.js", "/../package.json", ...files.map((name) => `/${name}`)]) {
        for (const encodings of ["br, gzip", "gzip", "identity"]) {
          const [served, expected] = await Promise.all(urls.map((url) => answer(url + path, encodings)));
          expect(served).toEqual(expected as NonNullable<typeof expected>);
        }
      }
    });

    test("reports an invalid setting in one line", async () => {
      const { code, stderr } = await start("worker", { POLL_SECONDS: "0" }).ended;
      expect(stderr).toBe('bellbuoy worker: POLL_SECONDS is "0", but must be a whole number from 1 to 3600\n');
      expect(code).toBe(1);
    });

    test("prints its usage if the service is not named", async () => {
      for (const names of [[], ["listener"], ["worker", "server"]]) {
        const child = Bun.spawn([program, ...names], { stderr: "pipe" });
        expect(await new Response(child.stderr).text()).toContain("bellbuoy worker");
        expect(await child.exited).toBe(2);
      }
    });
  },
);

test("An executable for arm64 can be built on any machine, and two builds are identical", async () => {
  const dir = await mkdtemp(join(tmpdir(), "bellbuoy-arm64-"));
  await builtPlayer();
  const [first, second] = [
    await Bun.file(await buildExecutable("linux-arm64", join(dir, "first"))).bytes(),
    await Bun.file(await buildExecutable("linux-arm64", join(dir, "second"))).bytes(),
  ];
  expect(Buffer.compare(first, second)).toBe(0);
  const header = Buffer.from(first.slice(0, 20));
  expect(header.toString("latin1", 0, 4)).toBe("\x7fELF");
  // EM_AARCH64 in the header's e_machine.
  expect(header.readUInt16LE(18)).toBe(183);
  await rm(dir, { recursive: true });
});

/** Returns the parts of an answer that can be compared, without its date. */
async function answer(url: string, encodings: string) {
  const response = await fetch(url, { headers: { "Accept-Encoding": encodings }, decompress: false });
  const { date: _, ...headers } = response.headers.toJSON();
  return { status: response.status, headers, hash: Bun.hash(await response.arrayBuffer()) };
}
