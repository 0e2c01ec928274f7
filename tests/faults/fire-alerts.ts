// Fires each alert by its fault: a real Prometheus watches a worker and a server, with all durations divided by 60.
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../services/dev/daemons/ports.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type Listening, listen } from "../rig/listen.ts";
import { latestObsFile } from "../rig/ndbc-file.ts";
import { type Service, type Stack, startStack } from "../rig/stack.ts";

const rulesFile = join(import.meta.dir, "../../docs/monitoring/alerts.yaml");
const divisor = 60;
/** Max wait for one alert, in ms. */
const fireMs = 120_000;

/** Returns the alert rules with every duration divided by 60: `for`, ranges, and limits of ages. */
export function hastened(rules: string): string {
  const units: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
  const seconds = (count: string, unit: string) =>
    Math.max(1, Math.round((Number(count) * (units[unit] ?? 1)) / divisor));
  return rules
    .replace(/\bfor: (\d+)([smhd])/g, (_, count, unit) => `for: ${seconds(count, unit)}s`)
    .replace(/\[(\d+)([smhd])\]/g, (_, count, unit) => `[${seconds(count, unit)}s]`)
    .replace(/(> |vector\(|, )(\d{2,})(?=$|\)|\n)/gm, (text, before, number) =>
      Number(number) >= 60 ? `${before}${Number(number) / divisor}` : text,
    );
}

type Rig = {
  stack: Stack;
  ndbc: ReturnType<typeof startNdbc>;
  worker: Service;
  server: Service;
  open: Listening[];
};

/** An NDBC whose answers a fault changes. */
function startNdbc() {
  const state = { status: 403, stations: 100, rowAgeMs: 60_000, modifiedAgeMs: 1_000, brokenRows: 0 };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      if (new URL(request.url).pathname !== latestObsPath) return new Response("", { status: 404 });
      if (state.status !== 200) return new Response("", { status: state.status });
      const headers = { "Last-Modified": new Date(Date.now() - state.modifiedAgeMs).toUTCString() };
      const file = latestObsFile(state.stations, new Date(Date.now() - state.rowAgeMs));
      return new Response(file + "broken\n".repeat(state.brokenRows), { headers });
    },
  });
  return { state, url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

/** The faults in the order in which they are caused, each with the alert that must fire, and how to end it. */
const faults: {
  alert: string;
  cause(rig: Rig): Promise<unknown> | unknown;
  end?(rig: Rig): Promise<unknown> | unknown;
}[] = [
  { alert: "BellbuoyNeverPolled", cause() {}, end: ({ ndbc }) => Object.assign(ndbc.state, { status: 200 }) },
  {
    alert: "BellbuoyNdbcSilent",
    cause: ({ ndbc, stack }) => {
      ndbc.state.modifiedAgeMs = 200_000;
      // Otherwise the older file would be skipped.
      return stack.sql`update upstream_files set last_modified = null`;
    },
    end: ({ ndbc }) => Object.assign(ndbc.state, { modifiedAgeMs: 0 }),
  },
  {
    alert: "BellbuoyFileStuck",
    cause: ({ ndbc, stack }) => {
      ndbc.state.rowAgeMs = 300_000;
      return stack.sql`delete from observations`;
    },
    end: ({ ndbc }) => Object.assign(ndbc.state, { rowAgeMs: 60_000 }),
  },
  {
    alert: "BellbuoyRowsRejected",
    cause: ({ ndbc }) => Object.assign(ndbc.state, { brokenRows: 100 }),
    end: ({ ndbc }) => Object.assign(ndbc.state, { brokenRows: 0 }),
  },
  {
    alert: "BellbuoyJobFailing",
    cause: ({ stack }) =>
      stack.sql`update job_results set since = now() - interval '1 hour', succeeded_at = null where job = 'prune'`,
    end: ({ stack }) => stack.sql`update job_results set succeeded_at = now()`,
  },
  {
    alert: "BellbuoyStreamsNearlyFull",
    async cause({ server, open }) {
      for (let count = 0; count < 2; count++) open.push(await listen(`${server.url}/v1/observations/stream`));
    },
    end({ open }) {
      for (const listener of open) listener.leave();
    },
  },
  {
    alert: "BellbuoyServerBehind",
    async cause({ worker, stack }) {
      process.kill(worker.pid, "SIGSTOP");
      await stack.sql`
        update observations set event_id = nextval('event_ids') where ctid = (select ctid from observations limit 1)
      `;
    },
    end: ({ worker }) => process.kill(worker.pid, "SIGCONT"),
  },
  {
    alert: "BellbuoyStationsLost",
    async cause({ ndbc, stack }) {
      ndbc.state.stations = 5;
      // As if three hours had passed.
      await stack.sql`delete from observations`;
    },
  },
  { alert: "BellbuoyNotPolling", cause: ({ ndbc }) => Object.assign(ndbc.state, { status: 403 }) },
  { alert: "BellbuoyNotReady", cause: ({ worker }) => worker.stop("SIGKILL") },
];

/** An alert, and after how many seconds it fired; `null`: not within two minutes. */
type Fired = { alert: string; seconds: number | null };

/** Causes each fault until its alert fires. @param onFired called after each */
export async function fireAlerts(onFired: (fired: Fired) => void): Promise<Fired[]> {
  const stack = await startStack();
  const ndbc = startNdbc();
  const port = freePort();
  const dir = mkdtempSync(join(tmpdir(), "bellbuoy-alerts-"));
  const env = { POLL_SECONDS: "1", BACKFILL_HOURS: "0", NDBC_URL: ndbc.url, WORKER_PORT: String(port) };
  const server = await stack.start("server", { MAX_STREAMS: "2" });
  const worker = await stack.start("worker", env);
  const rig: Rig = { stack, ndbc, worker, server, open: [] };
  const prometheus = await startPrometheus(dir, [new URL(server.url).host, `127.0.0.1:${port}`]);
  try {
    const all: Fired[] = [];
    for (const { alert, cause, end } of faults) {
      const startedAt = performance.now();
      await cause(rig);
      const isFiring = await untilFiring(prometheus.url, alert, startedAt + fireMs);
      const fired = { alert, seconds: isFiring ? Math.round((performance.now() - startedAt) / 1_000) : null };
      all.push(fired);
      onFired(fired);
      await end?.(rig);
    }
    return all;
  } finally {
    await prometheus.stop();
    await stack.stop();
    await ndbc.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function startPrometheus(dir: string, targets: string[]) {
  await Bun.write(join(dir, "alerts.yaml"), hastened(await Bun.file(rulesFile).text()));
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: ["alerts.yaml"],
    scrape_configs: [{ job_name: "bellbuoy", static_configs: [{ targets }] }],
  };
  // JSON is YAML.
  await Bun.write(join(dir, "prometheus.yml"), JSON.stringify(config));
  const port = freePort();
  const flags = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", `--web.listen-address=127.0.0.1:${port}`];
  const child = Bun.spawn(["prometheus", ...flags], { cwd: dir, stdio: ["ignore", "ignore", "ignore"] });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

/** Polls Prometheus, which has no event for this. @returns whether the alert fired before the deadline */
async function untilFiring(url: string, wanted: string, deadline: number): Promise<boolean> {
  while (performance.now() < deadline) {
    const answer = await fetch(`${url}/api/v1/alerts`).then(
      (response) => (response.ok ? response.json() : null),
      // Prometheus is still starting.
      () => null,
    );
    const alerts: { labels: { alertname: string }; state: string }[] = answer?.data?.alerts ?? [];
    if (alerts.some(({ labels, state }) => labels.alertname === wanted && state === "firing")) return true;
    await Bun.sleep(500);
  }
  return false;
}
