// Finds the Redis for the development stack: on PATH, or from the distribution's package, unpacked for this user.

import { existsSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "../../../shared/errors.ts";
import { StartError } from "../../../shared/process/service-parts.ts";
import { dataFolder } from "../folders.ts";
import { installCommand } from "../install-command.ts";

/** Path of a Redis or Valkey server, and the environment variables that it needs. */
type RedisProgram = { path: string; env: Record<string, string> };

/** `redis-server` is a link into `redis-tools`. With both names, apt fetches both, even if dpkg lists one as installed. */
const wanted = ["redis-server", "redis-tools"];

const packageNames = {
  apt: "redis-server",
  dnf: "valkey",
  pacman: "valkey",
  apk: "redis",
  brew: "redis",
};

/**
 * Finds Redis or Valkey on PATH. If there is none and the system has apt, downloads the distribution's package and the missing
 * libraries once, without root. apt checks their signatures.
 * @param say receives one line before a download
 * @param folder stores the downloaded program for the next start
 * @throws {StartError} with the command that installs Redis, if it can be neither found nor downloaded
 */
export async function findRedis(say: (line: string) => void, folder = dataFolder()): Promise<RedisProgram> {
  const path = Bun.which("redis-server") ?? Bun.which("valkey-server");
  if (path) return { path, env: {} };
  if (!Bun.which("apt-get") || !Bun.which("dpkg-deb"))
    throw new StartError(`no Redis found on this machine. ${remedy()}`);
  const kept = join(folder, "redis");
  try {
    if (!existsSync(kept)) await fetchRedis(kept, say);
    return programIn(kept);
  } catch (cause) {
    const reason = messageOf(cause).replace(/\.$/, "");
    throw new StartError(`no Redis found on this machine, and it could not be fetched: ${reason}. ${remedy()}`, {
      cause,
    });
  }
}

function remedy(): string {
  const command = installCommand(packageNames) ?? "see https://redis.io/docs/latest/operate/oss_and_stack/install/";
  return `To install it: ${command}, or set REDIS_URL`;
}

/** Unpacks the packages under a temporary name and renames the folder when the program runs. */
async function fetchRedis(target: string, say: (line: string) => void): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.`);
  const cleanUp = () => rmSync(work, { recursive: true, force: true });
  process.once("exit", cleanUp);
  try {
    const root = join(work, "root");
    const { packages, config } = await choosePackages(work);
    const megabytes = packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    const names = packages.map(({ name }) => name).join(", ");
    say(
      `Redis is missing. Fetching your distribution's packages (${megabytes.toFixed(1)} MB) into ${target}: ${names}`,
    );
    await run(["apt-get", ...config, "download", ...packages.map(({ name, version }) => `${name}=${version}`)], work);
    await mkdir(root);
    for (const file of new Bun.Glob("*.deb").scanSync(work)) await run(["dpkg-deb", "-x", file, root], work);
    // `mkdtemp` creates it with mode 0700, and the account that runs Redis for root needs access.
    await chmod(root, 0o755);
    const { path, env } = programIn(root);
    await run([path, "--version"], work, env);
    // If another process was faster, use its copy.
    await rename(root, target).catch((error) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    process.off("exit", cleanUp);
    cleanUp();
  }
}

function programIn(root: string): RedisProgram {
  const libraries = [...new Bun.Glob("**/*.so*").scanSync(root)].map((file) => join(root, dirname(file)));
  return { path: join(root, "usr/bin/redis-server"), env: { LD_LIBRARY_PATH: [...new Set(libraries)].join(":") } };
}

type Package = { name: string; version: string; bytes: number };

/** Asks apt which packages it would install. Uses the system's package lists if possible; they may be missing or old. */
async function choosePackages(work: string): Promise<{ packages: Package[]; config: string[] }> {
  try {
    const config = await writeConfig(work, "");
    return { packages: await listPackages(config, work), config };
  } catch {
    const lists = join(work, "lists");
    await mkdir(join(lists, "partial"), { recursive: true });
    const config = await writeConfig(work, `Dir::State::lists "${lists}";\n`);
    await run(["apt-get", ...config, "update"], work);
    return { packages: await listPackages(config, work), config };
  }
}

/** Writes apt settings that restrict its writes to `work`. @returns the apt flags that load them */
async function writeConfig(work: string, more: string): Promise<string[]> {
  const file = join(work, "apt.conf");
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  // The system's hooks expect the system's own lists.
  const hooks = "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n";
  await writeFile(file, `${hooks}Dir::Cache "${join(work, "cache")}";\nAcquire::Languages "none";\n${more}`);
  return ["-c", file, "-qq"];
}

async function listPackages(config: string[], work: string): Promise<Package[]> {
  const flags = ["--print-uris", "--reinstall", "--no-install-recommends"];
  const text = await run(["apt-get", ...config, ...flags, "install", ...wanted], work);
  // 'http://…' redis-tools_5%3a7.0.15-1_amd64.deb 991988 SHA256:…
  const lines = [...text.matchAll(/^'[^']*' ([^_ ]+)_([^_ ]+)_\S+ (\d+)/gm)];
  if (lines.length < wanted.length) throw new Error(`apt names no packages for ${wanted.join(" and ")}`);
  return lines.map(([, name = "", version = "", bytes]) => ({
    name,
    version: decodeURIComponent(version),
    bytes: Number(bytes),
  }));
}

/** Runs a program to its end. @returns its stdout @throws {Error} with the last line of its stderr, if it fails */
async function run(command: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn(command, {
    cwd,
    env: { ...process.env, LC_ALL: "C", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = () => child.kill();
  process.once("exit", end);
  const [text, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const code = await child.exited;
  process.off("exit", end);
  if (code === 0) return text;
  throw new Error(stderr.trim().split("\n").at(-1) || `${command[0]} failed`);
}
