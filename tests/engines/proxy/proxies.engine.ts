// Tests of streams through nginx, Caddy and HAProxy, each with its file in services/proxy.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, get, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../services/dev/daemons/ports.ts";
import { builtPlayer } from "../../rig/built-player.ts";
import { startStack } from "../../rig/stack.ts";
import { isMissing, pathOf } from "../programs.ts";

setDefaultTimeout(120_000);

const proxyDir = join(import.meta.dir, "../../../services/proxy");
const workDir = mkdtempSync(join(tmpdir(), "bellbuoy-proxies-"));
const children: Bun.Subprocess[] = [];
const gateways: Server[] = [];
/** The package has no types. */
const compression = createRequire(import.meta.url)("compression");

const stack = await startStack();

afterAll(async () => {
  for (const child of children) child.kill();
  for (const gateway of gateways) gateway.closeAllConnections();
  for (const gateway of gateways) gateway.close();
  await Promise.all(children.map((child) => child.exited));
  await stack.stop();
  await rm(workDir, { recursive: true, force: true });
});

/** Makes a key and a certificate for localhost. @returns the paths of both files */
async function makeCertificate(): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(workDir, "key.pem"), join(workDir, "certificate.pem")];
  const asked = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"];
  await Bun.$`openssl req ${asked} -keyout ${key} -out ${certificate}`.quiet();
  return { key, certificate };
}

/** Runs the site's file, with other ports, another certificate and the test's server. @returns its https address */
async function startNginx(serverPort: string): Promise<string> {
  const [http, https] = [freePort(), freePort()];
  const { key, certificate } = await makeCertificate();
  const site = (await Bun.file(join(proxyDir, "nginx-site.conf")).text())
    .replaceAll(/^\tlisten \[::\].*\n/gm, "")
    .replaceAll("listen 80;", `listen 127.0.0.1:${http};`)
    .replaceAll("listen 443 ssl", `listen 127.0.0.1:${https} ssl`)
    .replaceAll(/ssl_certificate .*;/g, `ssl_certificate ${certificate};`)
    .replaceAll(/ssl_certificate_key .*;/g, `ssl_certificate_key ${key};`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${serverPort}`);
  await runNginx("site", site);
  return untilThere(`https://localhost:${https}`);
}

/** Runs nginx with compression of everything. @param servers its server blocks */
async function runNginx(name: string, servers: string): Promise<void> {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const paths = temporary.map((path) => `${path}_temp_path ${workDir}/${path};`).join("\n");
  const settings = `pid ${workDir}/${name}.pid;\nevents {}\nhttp {\naccess_log off;\n${paths}\ngzip on;\ngzip_proxied any;\ngzip_types *;\n${servers}}\n`;
  const file = join(workDir, `${name}.conf`);
  await Bun.write(file, settings);
  start([pathOf("nginx"), "-c", file, "-p", workDir, "-e", join(workDir, `${name}.log`), "-g", "daemon off;"]);
}

/** Runs nginx for a site that includes the file for a path. @returns the address of the path */
async function startNginxBelowPath(serverPort: string): Promise<string> {
  const port = freePort();
  const path = (await Bun.file(join(proxyDir, "nginx-subpath.conf")).text()).replaceAll(
    "127.0.0.1:3000",
    `127.0.0.1:${serverPort}`,
  );
  await runNginx("subpath", `server {\nlisten 127.0.0.1:${port};\n${path}}\n`);
  return untilThere(`http://localhost:${port}/buoy`);
}

/** Runs Caddy, which compresses all texts. @param file its configuration @returns the site's address */
async function runCaddy(name: string, file: string, serverPort: string): Promise<string> {
  const url = `http://localhost:${freePort()}`;
  const compressing = file
    .replace("127.0.0.1:3000", `127.0.0.1:${serverPort}`)
    .replace(
      "{$SITE_ADDRESS::80} {",
      `${url} {\n\tencode {\n\t\tgzip\n\t\tmatch {\n\t\t\theader Content-Type text/*\n\t\t}\n\t}`,
    );
  await Bun.write(join(workDir, name), `{\n\tgrace_period 1ms\n\tadmin off\n}\n${compressing}`);
  const env = { PATH: process.env.PATH, HOME: workDir };
  start([pathOf("caddy"), "run", "--config", join(workDir, name), "--adapter", "caddyfile"], env);
  return url;
}

/** Runs Caddy for a site with the file for a path. @returns the address of the path */
async function startCaddyBelowPath(serverPort: string): Promise<string> {
  const file = await Bun.file(join(proxyDir, "Caddyfile-subpath")).text();
  return untilThere(`${await runCaddy("Caddyfile-subpath", file, serverPort)}/buoy`);
}

/** Runs Caddy with compression of all texts, without the settings for streams. */
async function startCompressingCaddy(serverPort: string): Promise<string> {
  const file = "{$SITE_ADDRESS::80} {\n\treverse_proxy 127.0.0.1:3000\n}\n";
  return untilThere(await runCaddy("Caddyfile-compressing", file, serverPort));
}

/** Runs nginx with compression of everything, without the settings for streams. */
async function startCompressingNginx(serverPort: string): Promise<string> {
  const port = freePort();
  const location = `location / {\nproxy_pass http://127.0.0.1:${serverPort};\nproxy_http_version 1.1;\n}`;
  await runNginx("compressing", `server {\nlisten 127.0.0.1:${port};\n${location}\n}\n`);
  return untilThere(`http://localhost:${port}`);
}

/** Runs a gateway of Node's kind, with the package "compression". */
async function startCompressingNode(serverPort: string): Promise<string> {
  const compress = compression({ threshold: 0 });
  const gateway = createServer((request, response) => {
    compress(request, response, () => {
      const { url, headers } = request;
      const forwarded = get({ host: "127.0.0.1", port: serverPort, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      response.on("close", () => forwarded.destroy());
    });
  }).listen(0, "127.0.0.1");
  gateways.push(gateway);
  await once(gateway, "listening");
  return `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
}

/** Runs the file, with another port and the test's server, since Docker's DNS is not available here. */
async function startCaddy(serverPort: string): Promise<string> {
  const port = freePort();
  const file = (await Bun.file(join(proxyDir, "Caddyfile")).text())
    .replace("name server", "name localhost")
    .replace("port 3000", `port ${serverPort}`)
    .replace("grace_period 3s", "grace_period 1ms\n\tadmin off");
  await Bun.write(join(workDir, "Caddyfile"), file);
  const url = `http://localhost:${port}`;
  const env = { PATH: process.env.PATH, HOME: workDir, SITE_ADDRESS: url };
  start([pathOf("caddy"), "run", "--config", join(workDir, "Caddyfile"), "--adapter", "caddyfile"], env);
  return untilThere(url);
}

/** Runs the file, with other ports, another certificate and the test's server. @returns its https address */
async function startHaproxy(serverPort: string): Promise<string> {
  const [http, https] = [freePort(), freePort()];
  const { key, certificate } = await makeCertificate();
  const both = join(workDir, "site.pem");
  await Bun.write(both, (await Bun.file(certificate).text()) + (await Bun.file(key).text()));
  const file = (await Bun.file(join(proxyDir, "haproxy.cfg")).text())
    .replace("bind :80", `bind 127.0.0.1:${http}`)
    .replace(/bind :443 ssl crt \S+/, `bind 127.0.0.1:${https} ssl crt ${both}`)
    .replace("127.0.0.1:3000", `127.0.0.1:${serverPort}`);
  await Bun.write(join(workDir, "haproxy.cfg"), file);
  start([pathOf("haproxy"), "-db", "-f", join(workDir, "haproxy.cfg")]);
  return untilThere(`https://localhost:${https}`);
}

/** Starts a proxy that ends with the tests. */
function start(command: string[], env: Record<string, string | undefined> = process.env): void {
  children.push(Bun.spawn(command, { env, stdout: "ignore", stderr: "ignore" }));
}

async function untilThere(url: string): Promise<string> {
  while ((await Bun.$`curl -sk -o /dev/null ${url}/health`.nothrow().quiet()).exitCode !== 0) await Bun.sleep(20);
  return url;
}

/** Starts curl as a listener. Its output has the headers and the HTTP version. */
function listenThrough(url: string) {
  const options = ["-sk", "--http2", "--no-buffer", "--compressed", "--dump-header", "-"];
  const child = Bun.spawn(["curl", ...options, `${url}/v1/observations/stream`]);
  children.push(child);
  let received = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) received += text;
  })();
  return {
    async until(part: string): Promise<string> {
      while (!received.includes(part))
        await Promise.race([Bun.sleep(5), reading.then(() => Promise.reject(new Error(received)))]);
      return received;
    },
    stop: () => child.kill(),
  };
}

const message = (stationId: string) =>
  `{"stationId":"${stationId}","timestamp":"2025-11-15T12:00:00.000Z","waveHeightM":1.2,"windSpeedMps":5.1,"windDirDeg":180,"waterTempC":12.4,"pressureHpa":1012.8}`;

describe.each([
  ["nginx", isMissing("nginx", "openssl", "curl"), startNginx, "HTTP/2"],
  ["Caddy", isMissing("caddy", "curl"), startCaddy, "HTTP/1.1"],
  ["HAProxy", isMissing("haproxy", "openssl", "curl"), startHaproxy, "HTTP/2"],
] as const)("Behind %s, with the file in services/proxy,", (name, isSkipped, startProxy, version) => {
  test.skipIf(isSkipped)(
    "a listener gets each event at once, uncompressed, and counts by its own address",
    async () => {
      // A new server: all proxies have the same address, and some keep streams open after their clients have left.
      const server = await stack.start("server", { TRUST_PROXY: "1", MAX_STREAMS_PER_IP: "2" });
      const url = await startProxy(new URL(server.url).port);
      while ((await fetch(`${server.url}/ready`)).status !== 200) await Bun.sleep(10);
      const listener = listenThrough(url);
      const head = await listener.until("event: connection");
      expect(head).toStartWith(`${version} 200`);
      expect(head.toLowerCase()).toContain("content-type: text/event-stream");
      expect(head.toLowerCase()).not.toContain("content-encoding");
      // A proxy that buffers would delay a single event.
      for (const stationId of ["44009", "46026"]) {
        await stack.redis.publish("observations:new", message(stationId));
        await listener.until(message(stationId));
      }
      // X-Forwarded-For of a client does not count: its real address has two open streams.
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

describe.each([
  ["nginx", isMissing("nginx", "curl"), startNginxBelowPath],
  ["Caddy", isMissing("caddy", "curl"), startCaddyBelowPath],
] as const)("Below a path of %s, set up by the file in services/proxy,", (_, isSkipped, startProxy) => {
  test.skipIf(isSkipped)("page, API and stream work, with every link", async () => {
    await builtPlayer();
    const server = await stack.start("server", { TRUST_PROXY: "1" });
    const url = await startProxy(new URL(server.url).port);
    // Without the slash, the browser would look for the page's files beside the path.
    const page = await fetch(`${url}?hook=1`);
    expect(page.url).toBe(`${url}/?hook=1`);
    const html = await page.text();
    for (const [, file] of html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g))
      expect([file, (await fetch(new URL(`${file}`, page.url))).status]).toEqual([file, 200]);
    for (const path of ["docs", "service-worker.js", "v1/status"])
      expect((await fetch(`${url}/${path}`)).status).toBe(200);
    const api = (await (await fetch(`${url}/openapi.json`)).json()) as { servers: { url: string }[] };
    expect(new URL(api.servers[0]?.url ?? "", `${url}/openapi.json`).href).toBe(`${url}/`);
    const listener = listenThrough(url);
    expect((await listener.until("event: connection")).toLowerCase()).not.toContain("content-encoding");
    await stack.redis.publish("observations:new", message("44009"));
    await listener.until(message("44009"));
    listener.stop();
  });
});

describe.each([
  ["nginx", isMissing("nginx", "curl"), startCompressingNginx],
  ["Caddy", isMissing("caddy", "curl"), startCompressingCaddy],
  ["the package compression", isMissing("curl"), startCompressingNode],
] as const)("Behind %s, which compresses everything,", (_, isSkipped, startProxy) => {
  test.skipIf(isSkipped)("a listener hears each event at once", async () => {
    const server = await stack.start("server", {});
    const listener = listenThrough(await startProxy(new URL(server.url).port));
    // nginx compresses all the same, but passes each event on.
    await listener.until("event: connection");
    for (const stationId of ["44009", "46026"]) {
      await stack.redis.publish("observations:new", message(stationId));
      await listener.until(message(stationId));
    }
    listener.stop();
  });
});
