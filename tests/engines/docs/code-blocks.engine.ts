// Tests of the code blocks that need other programs: curl, jq, promtool, Caddy. tests/docs/code-blocks.test.ts lists all blocks.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blockNamed, readCodeBlocks } from "../../docs/code-blocks.ts";
import { type Stack, startStack } from "../../rig/stack.ts";
import { isMissing, pathOf } from "../programs.ts";

setDefaultTimeout(120_000);

const blocks = await readCodeBlocks();
const textOf = (start: string) => blockNamed(blocks, start).text;

let workDir: string;
let stack: Stack;
let url: string;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "bellbuoy-code-blocks-"));
  stack = await startStack();
  url = (await stack.start("server")).url;
  while ((await fetch(`${url}/ready`)).status !== 200) await Bun.sleep(10);
});
afterAll(async () => {
  await stack?.stop();
  await rm(workDir, { recursive: true, force: true });
});

/** Runs a command in the work folder. @returns its exit code and output; of a stream, only the first event */
async function run(command: string) {
  const child = Bun.spawn(["sh", "-c", `exec ${command}`], { cwd: workDir, stderr: "pipe" });
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (!output.includes("event: connection")) continue;
    child.kill();
    return { code: 0, output };
  }
  return { code: await child.exited, output: output + (await new Response(child.stderr).text()) };
}

describe.skipIf(isMissing("curl"))("the curl example", () => {
  const commands = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => line.startsWith("curl ") && line.includes("localhost:3000"));

  test.each(commands)("%s is answered by the server", async (command) => {
    const here = command.replace(/(http:\/\/)?localhost:3000/, url).replace(/^curl /, "curl --fail-with-body ");
    const { code, output } = await run(here);
    expect({ code, output }).toEqual({ code: 0, output: expect.any(String) });
    if (!here.includes(" > ")) expect(output).toMatch(/^([{[]|retry: )/);
  });

  test("that writes a file writes CSV", async () => {
    expect(commands.join("\n")).toContain("> may.csv");
    expect(await Bun.file(join(workDir, "may.csv")).text()).toStartWith("stationId,timestamp,waveHeightM,");
  });
});

test.skipIf(isMissing("jq"))("the jq example finds both log lines of an event", async () => {
  const lines = textOf('docs/operations.md: {"time"');
  await Bun.write(join(workDir, "journal"), lines);
  const command = textOf("docs/operations.md: journalctl");
  const script = `journalctl() { cat journal; }\n${command}\n${command.replaceAll("1234", "1619")}`;
  const output = await Bun.$`sh -c ${script}`.cwd(workDir).text();
  expect(output).toBe(lines);
});

test.skipIf(isMissing("promtool"))("promtool accepts the example of prometheus.yml", async () => {
  await Bun.write(join(workDir, "prometheus.yml"), textOf("docs/operations.md: # prometheus.yml"));
  await copyFile(join(import.meta.dir, "../../../docs/monitoring/alerts.yaml"), join(workDir, "alerts.yaml"));
  const { exitCode, stderr } = await Bun.$`promtool check config prometheus.yml`.cwd(workDir).quiet().nothrow();
  expect({ exitCode, stderr: String(stderr) }).toEqual({ exitCode: 0, stderr: "" });
});

test.skipIf(isMissing("caddy"))("Caddy accepts its example", async () => {
  await Bun.write(join(workDir, "Caddyfile"), textOf("docs/self-hosting.md: buoys.example.org {"));
  const adapted = await Bun.$`${pathOf("caddy")} adapt --config Caddyfile`.cwd(workDir).quiet().json();
  const routes = JSON.stringify(adapted);
  expect(routes).toContain('"host":["buoys.example.org"]');
  expect(routes).toContain('"flush_interval":-1');
  expect(routes).toContain('"dial":"localhost:3000"');
});
