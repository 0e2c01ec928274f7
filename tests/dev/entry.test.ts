// Tests of the first contact with the project: the version of Bun, npm commands, and data folders.

import { expect, setDefaultTimeout, test } from "bun:test";
import { chmod, cp, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { dataFolder, makeSocketFolder, projectFolder } from "../../services/dev/folders.ts";

setDefaultTimeout(60_000);

const project = join(import.meta.dir, "../..");
const needed = manifest.engines.bun.replace(">=", "");
const isRoot = process.getuid?.() === 0;

/** Runs a command to its end and returns its output and exit code. */
async function run(command: string[], env: Record<string, string> = {}, cwd = project) {
  const child = Bun.spawn(command, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { stdout, stderr, code: await child.exited };
}

test("with a Bun that is too old, each program exits with one line that names the version and how to get it", async () => {
  // A copy that requires a future Bun, without packages, as after a `git clone`.
  const copy = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  for (const path of ["services", "shared", "bunfig.toml", "tests/run.ts"]) {
    await cp(join(project, path), join(copy, path), { recursive: true });
  }
  const engines = { bun: ">=99.0.0" };
  await Bun.write(join(copy, "package.json"), JSON.stringify({ ...manifest, engines }));
  for (const program of [
    "services/dev/main.ts",
    "services/worker/main.ts",
    "services/server/main.ts",
    "tests/run.ts",
  ]) {
    const { stderr, code } = await run([process.execPath, program], {}, copy);
    expect(stderr).toBe(
      `bellbuoy needs Bun 99.0.0 or newer, and this is ${Bun.version}. ` +
        `Write "npx --prefer-offline bun@99.0.0" in place of "bun", or run "bun upgrade".\n`,
    );
    expect(code).toBe(1);
  }
  await rm(copy, { recursive: true });
});

test.each(["test", "demo", "dev"])("`npm run %s` without Bun says in one line what to run", async (name) => {
  const { [`pre${name}` as "pretest"]: command } = manifest.scripts;
  const [, script = ""] = command.split(" ");
  const env = { PATH: "/nonexistent", npm_lifecycle_event: `pre${name}` };
  const { stderr, code } = await run(["/bin/sh", script], env);
  expect(stderr).toBe(`bellbuoy needs Bun. Run: npx --prefer-offline bun@${needed} run ${name}\n`);
  expect(code).toBe(1);
});

test("`npm install` names the next command, and `bun install` prints nothing", async () => {
  const install = (agent: string) =>
    run(["/bin/sh", "-c", manifest.scripts.postinstall], { npm_config_user_agent: agent });
  expect((await install("npm/11.19.1 node/v24.3.0")).stdout).toBe("Installed. To hear it: npm start\n");
  expect(await install("bun/1.4.5 npm/? node/v24.3.0")).toEqual({ stdout: "", stderr: "", code: 0 });
});

test.if(!isRoot)("data are stored in the user's data folder, not in the checkout", () => {
  const { XDG_DATA_HOME, HOME } = process.env;
  process.env.XDG_DATA_HOME = "/data/of/alice";
  expect(dataFolder()).toBe("/data/of/alice/bellbuoy");
  process.env.XDG_DATA_HOME = "";
  expect(dataFolder()).toBe(`${HOME}/.local/share/bellbuoy`);
  expect(dirname(projectFolder())).toBe(dataFolder());
  Object.assign(process.env, { XDG_DATA_HOME });
});

test.if(isRoot)("for root, data are stored where the account of PostgreSQL and Redis has access", () => {
  expect(dataFolder()).toBe("/var/lib/bellbuoy-dev");
  expect(dirname(projectFolder())).toBe(dataFolder());
});

test("sockets are in a private folder with a short path, even if the user's own folder has a long one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bellbuoy-test-"));
  const before = process.env.XDG_RUNTIME_DIR;
  try {
    process.env.XDG_RUNTIME_DIR = folder;
    const near = makeSocketFolder(undefined);
    expect(dirname(near)).toBe(folder);
    expect((await stat(near)).mode & 0o777).toBe(0o700);
    const long = join(folder, "long".repeat(25));
    await mkdir(long);
    await chmod(long, 0o700);
    process.env.XDG_RUNTIME_DIR = long;
    const far = makeSocketFolder(undefined);
    expect(dirname(far)).not.toBe(long);
    expect(Buffer.byteLength(join(far, "redis.sock"))).toBeLessThan(108);
    await rm(far, { recursive: true });
  } finally {
    process.env.XDG_RUNTIME_DIR = before;
    if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
    await rm(folder, { recursive: true });
  }
});
