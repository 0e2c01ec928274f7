// Tests of compose.yaml: its services, limits, settings and health checks.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { startPostgres } from "../../services/dev/daemons/postgres.ts";
import { migrate } from "../../shared/database/migrate.ts";
import { connectSql } from "../../shared/database/sql.ts";
import { type Environment, readServerConfig, readWorkerConfig } from "../../shared/service/config.ts";
import { spawnService, startStack } from "../rig/stack.ts";

setDefaultTimeout(120_000);

type Service = {
  command: string[];
  profiles?: string[];
  ports?: string[];
  networks: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  user: string;
  restart: string;
  read_only: boolean;
  cap_drop: string[];
  cap_add?: string[];
  security_opt: string[];
  mem_limit: string;
  pids_limit: number;
  logging: { options: Record<string, string> };
  healthcheck: { test: string[]; interval: string };
};

const project = join(import.meta.dir, "../..");
const compose = Bun.YAML.parse(await Bun.file(join(project, "compose.yaml")).text()) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
};
const services = Object.entries(compose.services);
const byDefault = services.filter(([, { profiles }]) => profiles === undefined);

describe("compose.yaml", () => {
  test("starts PostgreSQL, Redis, a worker and a server, and a proxy only with its profile", () => {
    expect(byDefault.map(([name]) => name).sort()).toEqual(["postgres", "redis", "server", "worker"]);
    expect(services.length - byDefault.length).toBe(1);
    expect(compose.services.proxy?.profiles).toEqual(["proxy"]);
  });

  test("opens only the server's port, which can be changed to run several servers", () => {
    expect(byDefault.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
      `server \${SERVER_PORT:-3000:3000}`,
    ]);
  });

  test("isolates PostgreSQL and Redis from other networks in both directions", () => {
    expect(compose.networks.data?.internal).toBe(true);
    for (const name of ["postgres", "redis"]) expect(compose.services[name]?.networks).toEqual(["data"]);
  });

  test.each(services)("confines %s", (_, service) => {
    expect(service.restart).toBe("unless-stopped");
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.security_opt).toEqual(["no-new-privileges:true"]);
    expect(service.mem_limit).toMatch(/^\d+m$/);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.logging.options["max-size"]).toMatch(/^\d+m$/);
    expect(service.healthcheck.test[0]).toBe("CMD");
    expect(service.healthcheck.interval).toBe("30s");
    expect(service.cap_add ?? []).toEqual(service === compose.services.proxy ? ["NET_BIND_SERVICE"] : []);
    expect(service).not.toContainAnyKeys(["privileged", "devices", "pid", "ipc", "network_mode"]);
    expect(service.volumes?.join() ?? "").not.toContain("docker.sock");
  });

  test.each(byDefault)("does not run %s as root", (_, { user }) => {
    expect(user).toBeString();
    expect(user).not.toMatch(/^(root|0)\b/);
  });

  test("keeps the PostgreSQL settings that protect committed data from a power cut", () => {
    const settings = compose.services.postgres?.command.join("\n");
    expect(settings).toContain("-cwal_compression=on");
    expect(settings).not.toMatch(/fsync|full_page_writes|synchronous_commit/);
  });

  test("uses the PostgreSQL settings of docs/self-hosting.md", async () => {
    const guide = await Bun.file(join(project, "docs/self-hosting.md")).text();
    const documented = guide.match(/conf\.d\)\/bellbuoy\.conf <<'END'\n(.*?)END\n/s)?.[1] ?? "";
    const [program, ...settings] = compose.services.postgres?.command ?? [];
    expect(program).toBe("postgres");
    expect(settings.map((setting) => setting.replace(/^-c(\w+)=/, "$1 = "))).toEqual(documented.trim().split("\n"));
  });

  test("uses settings that PostgreSQL 18 accepts", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "bellbuoy-compose-"));
    const entries = (compose.services.postgres?.command ?? []).slice(1).map((setting) => setting.slice(2).split("="));
    const settings: Record<string, string> = Object.fromEntries(entries);
    const postgres = await startPostgres({ dataDir, settings });
    const sql = connectSql(postgres.url, "test");
    const taken = await sql`
      select name from pg_settings where source = 'command line' and name in ${sql(Object.keys(settings))}
    `;
    expect(taken.map(({ name }) => name).sort()).toEqual(Object.keys(settings).sort());
    await migrate(sql);
    await sql.end();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test("keeps Redis from writing to disk and from evicting keys", () => {
    expect(compose.services.redis?.command.join(" ")).toContain("--save  --appendonly no");
    expect(compose.services.redis?.command.join(" ")).toContain("--maxmemory-policy noeviction");
    expect(compose.services.redis?.volumes).toBeUndefined();
  });

  test.each([
    ["server", readServerConfig],
    ["worker", readWorkerConfig],
  ] as const)("passes every setting that the %s reads, and no other", (name, readConfig) => {
    const read = new Set<string>();
    const recorder = new Proxy<Environment>({}, { get: (_, variable) => void read.add(String(variable)) });
    readConfig(recorder);
    const passed = compose.services[name]?.environment ?? {};
    expect(Object.keys(passed).sort()).toEqual([...read].sort());
  });

  test("leaves unset settings to the defaults of the services", () => {
    for (const name of ["server", "worker"]) {
      for (const [variable, value] of Object.entries(compose.services[name]?.environment ?? {})) {
        if (value.startsWith("${")) expect(value).toBe(`\${${variable}:-}`);
      }
    }
  });
});

describe("the health check of compose.yaml", async () => {
  const stack = await startStack();
  const settings = { DATABASE_URL: stack.databaseUrl, REDIS_URL: stack.redisUrl, NDBC_URL: "http://127.0.0.1:1" };
  afterAll(stack.stop);

  /** Runs the health check as the engine does, in the container's environment but with another port. */
  async function isHealthy(name: "server" | "worker", port: number): Promise<boolean> {
    const { healthcheck, environment = {} } = compose.services[name] as Service;
    const [kind, ...command] = healthcheck.test;
    expect(kind).toBe("CMD");
    const portVariable = name === "server" ? "PORT" : "WORKER_PORT";
    expect(environment).toHaveProperty(portVariable);
    // Compose writes a dollar sign as two.
    const argv = command.map((part) => part.replaceAll("$$", "$"));
    const env = { PATH: process.env.PATH, [portVariable]: `${port}` };
    return (await Bun.spawn(argv, { env, stderr: "ignore" }).exited) === 0;
  }

  test.each(["server", "worker"] as const)(
    "passes for a %s that is ready, and fails for one that is not",
    async (name) => {
      const port = freePort();
      const service = spawnService(name, { ...settings, PORT: `${port}`, WORKER_PORT: `${port}` });
      await service.up;
      while ((await fetch(`http://localhost:${port}/ready`)).status !== 200) await Bun.sleep(10);
      expect(await isHealthy(name, port)).toBe(true);
      await service.stop();
      expect(await isHealthy(name, port)).toBe(false);

      const alone = spawnService(name, {
        ...settings,
        REDIS_URL: "redis://127.0.0.1:1",
        PORT: `${port}`,
        WORKER_PORT: `${port}`,
      });
      await alone.line(({ message }) => message === "waiting for Redis");
      expect(await isHealthy(name, port)).toBe(false);
      await alone.stop();
    },
  );
});
