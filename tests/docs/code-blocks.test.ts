// Tests of every code block in the documentation: each is run, here or by another test, or has a reason why not.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { heartbeatComment, heartbeatEvent } from "../../services/server/stream/frames.ts";
import { unguardedIds } from "../../services/worker/store/event-id-guard.ts";
import { storePoll } from "../../services/worker/store/poll.ts";
import { publishPending } from "../../services/worker/tasks/publish.ts";
import { defaults } from "../../shared/service/config.ts";
import { latestObsPath } from "../../shared/upstream.ts";
import { type RunningApp, startApp } from "../rig/app.ts";
import { observed } from "../rig/observed.ts";
import { type Stack, startStack } from "../rig/stack.ts";
import { blockNamed, type CodeBlock, codeBlocksOf, readCodeBlocks } from "./code-blocks.ts";

setDefaultTimeout(120_000);

const project = join(import.meta.dir, "../..");
const blocks = await readCodeBlocks();
const shells = blocks.filter(({ language }) => language === "sh");

let stack: Stack;
let app: RunningApp;

beforeAll(async () => {
  stack = await startStack();
  app = await startApp(stack);
});
afterAll(async () => {
  await app?.stop();
  await stack?.stop();
});

/** How a block is checked: by a function here, by the test in a file, or not, with a reason. */
type Check = ((block: CodeBlock) => Promise<void> | void) | `tests/${string}` | `not run: ${string}`;

const byCurl = "tests/engines/docs/code-blocks.engine.ts";
const needsSystemd = "not run: it changes a machine with systemd as root";
const needsDocker = "not run: it needs Docker; tests/compose checks compose.yaml";

/** Each block, by the start of its name. */
const checks: Record<string, Check> = {
  "CONTRIBUTING.md: apt-get install": "not run: it installs a package, and runs the tests themselves",
  "README.md: npx --prefer-offline bun@1.4.5 run demo":
    "not run: it downloads Bun; tests/dev/main.test.ts runs the demo",
  "README.md: NDBC": "not run: a picture",
  "README.md: curl": byCurl,
  "README.md: event: observation": hasEventsOfAStream,
  "README.md: npx --prefer-offline bun@1.4.5 run test": "not run: it runs the tests themselves",
  "docs/api.md: curl": byCurl,
  "docs/api.md: retry:": hasEventsOfAStream,
  "docs/api.md: import { EventSource }": receivesASnapshot,
  "docs/api.md: {": isTheAnswerToABadParameter,
  "docs/operations.md: ACL": "tests/worker/queue/redis-permissions.test.ts",
  "docs/operations.md: # prometheus.yml": byCurl,
  "docs/operations.md: curl -s localhost:3000/v1/status": "tests/server/api/rest.test.ts",
  'docs/operations.md: {"time"': byCurl,
  "docs/operations.md: journalctl": byCurl,
  "docs/osc.md: bun run osc": "tests/docs/osc.test.ts",
  "docs/osc.md: OSCdef": "not run: it needs SuperCollider",
  "docs/osc.md: live_loop": "not run: it needs Sonic Pi",
  "docs/scaling.md: [databases]": "tests/engines/postgres/pgbouncer.engine.ts",
  "docs/scaling.md: synchronous_commit": "tests/engines/postgres/failover.engine.ts",
  "docs/scaling.md: sentinel monitor": "tests/engines/redis/failover.engine.ts",
  "docs/self-hosting.md: bun install": "tests/engines/executable/executable.engine.ts",
  "docs/self-hosting.md: apt-get update": "tests/shared/database/roles.test.ts",
  "docs/self-hosting.md: cat > $(echo /etc/postgresql": "tests/compose/compose.test.ts",
  "docs/self-hosting.md: cat >> /etc/valkey": hasSettingsOfRedis,
  "docs/self-hosting.md: cd ~you/bellbuoy ; install": needsSystemd,
  "docs/self-hosting.md: mkdir -p /etc/systemd": needsSystemd,
  "docs/self-hosting.md: docker compose up": needsDocker,
  "docs/self-hosting.md: cat > .env": needsDocker,
  "docs/self-hosting.md: printf": needsSystemd,
  "docs/self-hosting.md: buoys.example.org {": byCurl,
  "docs/self-hosting.md: apt-get install -y nginx": needsSystemd,
  "docs/self-hosting.md: location": hasLinesOfTheNginxSite,
  "docs/self-hosting.md: apt-get install -y haproxy": needsSystemd,
  "docs/self-hosting.md: cd /tmp ; sudo -u postgres pg_dump": "not run: it needs PostgreSQL as Debian installs it",
  "docs/self-hosting.md: systemctl stop": needsSystemd,
  "docs/self-hosting.md: cd /tmp && systemctl stop": needsSystemd,
  "docs/self-hosting.md: cd ~you/bellbuoy ; cp": needsSystemd,
  "docs/self-hosting.md: systemctl disable": needsSystemd,
  "docs/self-hosting.md: (set -a": "tests/engines/postgres/backup.engine.ts",
  "docs/self-hosting.md: bun run dump": "tests/engines/postgres/backup.engine.ts",
  "docs/self-hosting.md: create role bellbuoy_server": "tests/shared/database/roles.test.ts",
  "docs/self-hosting.md: rm -rf": "not run: it deletes a folder of the user",
  "docs/troubleshooting.md: curl": byCurl,
};

describe("each code block of the documentation", () => {
  test("is run by a test, or has a reason why not", () => {
    const unchecked = blocks.filter(({ name }) => checksOf(name).length !== 1);
    expect(unchecked.map(({ name }) => name)).toEqual([]);
  });

  test("has one language, whose syntax a test knows", () => {
    const known = [
      "sh",
      "ts",
      "json",
      "jsonl",
      "yaml",
      "sse",
      "redis",
      "caddyfile",
      "sql",
      "nginx",
      "supercollider",
      "ruby",
      "text",
    ];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ name }) => name)).toEqual([]);
  });

  test.each(Object.entries(checks))("%s is checked", async (start, check) => {
    const block = blockNamed(blocks, start);
    if (typeof check === "function") await check(block);
    else if (check.startsWith("tests/")) expect(existsSync(join(project, check)), check).toBe(true);
    else expect(check).toMatch(/^not run: \w.{5,}/);
  });

  function checksOf(name: string): string[] {
    return Object.keys(checks).filter((start) => name.startsWith(start));
  }
});

describe("a shell example", () => {
  test.each(shells.map(({ name, text }) => [name, text]))("is valid for sh: %s", async (_, text) => {
    const { exitCode, stderr } = await Bun.$`sh -n < ${new Response(text)}`.quiet().nothrow();
    expect({ exitCode, stderr: String(stderr) }).toEqual({ exitCode: 0, stderr: "" });
  });

  test("names only commands of package.json", () => {
    const commands = shells.flatMap(({ text }) => [...text.matchAll(/\bbun(?:@[\d.]+)? run ([\w:]+)/g)]);
    expect(commands).not.toBeEmpty();
    for (const [, command = ""] of commands) expect(Object.keys(manifest.scripts)).toContain(command);
  });

  test("sets only variables that a service or compose.yaml reads", async () => {
    const compose = await Bun.file(join(project, "compose.yaml")).text();
    const known = [
      ...Object.keys(defaults),
      "COMPOSE_PROFILES",
      ...[...compose.matchAll(/\$\{(\w+)/g)].map(([, name]) => name),
    ];
    const names = shells.flatMap(({ text }) =>
      [...text.matchAll(/(?:^|'|\\n)([A-Z][A-Z_]+)=/gm)].map(([, name]) => name),
    );
    expect(names).not.toBeEmpty();
    for (const name of names) expect(known).toContain(name);
  });

  test("names only files of this project that exist", () => {
    const paths = shells.flatMap(({ text }) => [...text.matchAll(/(?<= )services\/\S+/g)].map(([path]) => path));
    for (const path of paths) expect(existsSync(join(project, path)), path).toBe(true);
  });
});

test("docs/api.md quotes heartbeats as the server sends them", async () => {
  const page = await Bun.file(join(project, "docs/api.md")).text();
  const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim().split("\n");
  const [comment = ""] = decoded(heartbeatComment);
  const [event = "", data = "", id = ""] = decoded(heartbeatEvent(122n));
  for (const line of [comment, event, data.replace("122", "…"), id.replace(" 122", "")]) {
    expect(page).toContain(`\`${line}\``);
  }
});

describe("the reader of code blocks", () => {
  test("finds blocks in lists, with longer fences, and without a language", () => {
    const markdown = "- a\n  ```sh\n  ls\n  ```\n~~~~json\n{}\n```\n~~~~\n```\nplain\n```\n";
    expect(codeBlocksOf("a.md", markdown).map(({ language, text }) => [language, text])).toEqual([
      ["sh", "ls\n"],
      ["json", "{}\n```\n"],
      ["", "plain\n"],
    ]);
  });

  test("refuses a block without an end", () => {
    expect(() => codeBlocksOf("a.md", "```sh\nls\n")).toThrow("without an end");
  });
});

async function isTheAnswerToABadParameter({ text }: CodeBlock): Promise<void> {
  const answer = await fetch(`${app.url}/v1/conditions?within=3d`);
  expect(await answer.json()).toEqual(JSON.parse(text));
}

/** Runs the program in a folder beside this checkout until it prints the number of stations. */
async function receivesASnapshot({ text }: CodeBlock): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bellbuoy-docs-"));
  await symlink(project, join(folder, "bellbuoy"));
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  await Bun.write(join(folder, "program.ts"), text.replace("http://localhost:3000", app.url));
  const program = Bun.spawn([process.execPath, "program.ts"], { cwd: folder, stderr: "pipe" });
  let printed = "";
  for await (const part of program.stdout.pipeThrough(new TextDecoderStream())) {
    printed += part;
    if (/^\d+ stations$/m.test(printed)) break;
  }
  program.kill();
  await program.exited;
  await rm(folder, { recursive: true });
  expect(printed).toMatch(/^\d+ stations$/m);
}

/** Compares the block with a real stream: the lines of its events, and the fields of their data in order. */
async function hasEventsOfAStream({ text }: CodeBlock): Promise<void> {
  const gone = new AbortController();
  const stream = await fetch(`${app.url}/v1/observations/stream`, { signal: gone.signal });
  const values = { waveHeightM: 1.2, windSpeedMps: 5.1, windDirDeg: 180, waterTempC: 12.4, pressureHpa: 1012.8 };
  const file = { etag: null, lastModified: null, hash: null };
  await storePoll(stack.sql, latestObsPath, file, [observed("44009", nextTime(), values)], unguardedIds);
  await publishPending(stack.sql, stack.redis);
  let sent = "";
  for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    sent += part;
    if (/event: observation\n.*\n.*\n\n/.test(sent)) break;
  }
  gone.abort();
  const documented = text.trim().split("\n\n").map(linesOf);
  const events = sent.trim().split("\n\n").map(linesOf).slice(-documented.length);
  for (const [index, lines] of documented.entries()) {
    const real = events[index] ?? [];
    expect(real).toHaveLength(lines.length);
    for (const [at, line] of lines.entries()) expect(real[at]?.slice(0, line.length)).toEqual(line);
  }
}

let minute = 0;
function nextTime(): string {
  minute += 1;
  return `2025-11-15T12:${String(minute).padStart(2, "0")}Z`;
}

/** Returns the lines of an event as words: the field, then its text, or the names of its JSON fields. */
function linesOf(event: string): string[][] {
  return event.split("\n").map((line) => {
    const [field = "", value = ""] = line.split(/: (.*)/s);
    if (field !== "data") return field === "event" ? [field, value] : [field, typeof JSON.parse(value)];
    return [field, ...Object.keys(JSON.parse(value.replace(", …}", "}")))];
  });
}

async function hasSettingsOfRedis({ text }: CodeBlock): Promise<void> {
  const [, lines = ""] = /<<END\n(.*?)END\n/s.exec(text) ?? [];
  // tests/worker/queue/redis-permissions.test.ts has the users.
  for (const line of lines
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("user "))) {
    const [name = "", value = ""] = line.split(/ (.*)/);
    expect(await stack.redis.config("SET", name, value.replaceAll('"', ""))).toBe("OK");
  }
}

async function hasLinesOfTheNginxSite({ text }: CodeBlock): Promise<void> {
  const site = await Bun.file(join(project, "services/proxy/nginx-site.conf")).text();
  const lines = site.split("\n").map((line) => line.trim());
  for (const line of text.trim().split("\n")) expect(lines).toContain(line.trim());
}
