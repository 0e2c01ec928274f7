import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../services/dev/ports.ts";
import { type Service, startStack } from "../rig/stack.ts";

setDefaultTimeout(20_000);

const proxyDir = join(import.meta.dir, "../../services/proxy");
const [nginx, caddy, curl, openssl] = ["nginx", "caddy", "curl", "openssl"].map((name) => Bun.which(name));
const workDir = mkdtempSync(join(tmpdir(), "bellbuoy-proxies-"));
const children: Bun.Subprocess[] = [];

const stack = await startStack();
const server: Service = await stack.start("server", { TRUST_PROXY: "1", MAX_STREAMS_PER_IP: "2" });
const serverPort = new URL(server.url).port;

afterAll(async () => {
  for (const child of children) child.kill();
  await Promise.all(children.map((child) => child.exited));
  await stack.stop();
  await rm(workDir, { recursive: true, force: true });
});

/** The site's file as it is, but for the ports, the certificate and where the server is. @returns its https address */
async function startNginx(): Promise<string> {
  const [http, https] = [freePort(), freePort()];
  const key = join(workDir, "key.pem");
  const certificate = join(workDir, "certificate.pem");
  const asked = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"];
  await Bun.$`openssl req ${asked} -keyout ${key} -out ${certificate}`.quiet();
  const site = (await Bun.file(join(proxyDir, "nginx-site.conf")).text())
    .replaceAll(/^\tlisten \[::\].*\n/gm, "")
    .replaceAll("listen 80;", `listen 127.0.0.1:${http};`)
    .replaceAll("listen 443 ssl", `listen 127.0.0.1:${https} ssl`)
    .replaceAll(/ssl_certificate .*;/g, `ssl_certificate ${certificate};`)
    .replaceAll(/ssl_certificate_key .*;/g, `ssl_certificate_key ${key};`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${serverPort}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const paths = temporary.map((name) => `${name}_temp_path ${workDir}/${name};`).join("\n");
  const settings = `pid ${workDir}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${paths}\ngzip on;\ngzip_types *;\n${site}}\n`;
  await Bun.write(join(workDir, "nginx.conf"), settings);
  const words = [
    "-c",
    join(workDir, "nginx.conf"),
    "-p",
    workDir,
    "-e",
    join(workDir, "error.log"),
    "-g",
    "daemon off;",
  ];
  children.push(Bun.spawn([nginx ?? "", ...words], { stderr: "ignore" }));
  return untilThere(`https://localhost:${https}`);
}

/** The file as it is, but for where the server is: what Docker's DNS says is not to be had here. */
async function startCaddy(): Promise<string> {
  const port = freePort();
  const file = (await Bun.file(join(proxyDir, "Caddyfile")).text())
    .replace("name server", "name localhost")
    .replace("port 3000", `port ${serverPort}`)
    .replace("grace_period 3s", "grace_period 1ms\n\tadmin off");
  await Bun.write(join(workDir, "Caddyfile"), file);
  const env = { PATH: process.env.PATH, HOME: workDir, SITE_ADDRESS: `http://localhost:${port}` };
  const words = ["run", "--config", join(workDir, "Caddyfile"), "--adapter", "caddyfile"];
  children.push(Bun.spawn([caddy ?? "", ...words], { env, stdout: "ignore", stderr: "ignore" }));
  return untilThere(`http://localhost:${port}`);
}

async function untilThere(url: string): Promise<string> {
  while ((await Bun.$`curl -sk -o /dev/null ${url}/health`.nothrow().quiet()).exitCode !== 0) await Bun.sleep(20);
  return url;
}

/** A listener whose curl tells what came, and over which version of HTTP. */
function listenThrough(url: string) {
  const words = [
    "-sk",
    "--http2",
    "--no-buffer",
    "--compressed",
    "--dump-header",
    "-",
    `${url}/v1/observations/stream`,
  ];
  const child = Bun.spawn([curl ?? "", ...words]);
  children.push(child);
  let told = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) told += text;
  })();
  return {
    async until(part: string): Promise<string> {
      while (!told.includes(part))
        await Promise.race([Bun.sleep(5), reading.then(() => Promise.reject(new Error(told)))]);
      return told;
    },
    stop: () => child.kill(),
  };
}

const message = (stationId: string) =>
  `{"stationId":"${stationId}","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}`;

describe.each([
  ["nginx", nginx && openssl, startNginx, "HTTP/2"],
  ["Caddy", caddy, startCaddy, "HTTP/1.1"],
] as const)("Behind %s, set up by the file in services/proxy,", (name, program, start, version) => {
  test.skipIf(!program || !curl)(
    "a listener hears each event at once, not compressed, and counts by its own address",
    async () => {
      const url = await start();
      while ((await fetch(`${server.url}/ready`)).status !== 200) await Bun.sleep(10);
      const listener = listenThrough(url);
      const head = await listener.until("event: connection");
      expect(head).toStartWith(`${version} 200`);
      expect(head.toLowerCase()).toContain("content-type: text/event-stream");
      expect(head.toLowerCase()).not.toContain("content-encoding");
      // One alone fills no proxy's buffer: it comes now or with the next.
      for (const stationId of ["44009", "46026"]) {
        await stack.redis.publish("observations:new", message(stationId));
        await listener.until(message(stationId));
      }
      // Whoever claims another address is not believed.
      const second = listenThrough(url);
      await second.until("event: connection");
      const refused =
        await Bun.$`curl -sk -o /dev/null -w ${"%{http_code}"} -H ${"X-Forwarded-For: 192.0.2.1"} ${url}/v1/observations/stream`.text();
      expect(`${name} ${refused}`).toBe(`${name} 429`);
      listener.stop();
      second.stop();
    },
  );
});
