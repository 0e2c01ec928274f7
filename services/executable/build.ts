// Builds the executables, one file for each platform.

import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { playerDir } from "../../shared/player-dir.ts";
import { describeError } from "../../shared/service/connection-health.ts";

/**
 * For whom an executable is made, and the Bun that goes into it. The one for amd64 runs on processors without AVX2 too:
 * those of small virtual machines often show none.
 */
const runtimes = { "linux-arm64": "bun-linux-arm64", "linux-amd64": "bun-linux-x64-baseline" } as const;

/** Operating system and processor, as Debian and Docker name them. */
type Platform = keyof typeof runtimes;

if (import.meta.main) await main(process.argv.slice(2));

/**
 * Makes `bellbuoy-<platform>`: both services, the migrations, the player that lies in `web/dist`, and Bun, in one file that
 * needs nothing but Linux with glibc. The Bun of another platform comes from the npm registry and is kept for the next time.
 * @returns the path of the executable
 * @throws {Error} that says where the source is wrong, or what could not be fetched
 */
export async function buildExecutable(platform: Platform, targetDir: string): Promise<string> {
  await mkdir(targetDir, { recursive: true });
  const outfile = join(targetDir, `bellbuoy-${platform}`);
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "main.ts")],
    compile: {
      target: runtimes[platform],
      outfile,
      assets: [playerDir],
      // No file that lies about where it is started is to make it run other code.
      autoloadBunfig: false,
    },
    minify: { whitespace: true, syntax: true },
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map((log) => Bun.inspect(log)).join("\n"));
  return outfile;
}

/** @param names the platforms; all when there are none */
async function main(names: string[]): Promise<void> {
  const platforms = Object.keys(runtimes) as Platform[];
  const unknown = names.find((name) => !Object.hasOwn(runtimes, name));
  if (unknown !== undefined) {
    console.error(`There is no executable for ${unknown}, only for ${platforms.join(" and ")}.`);
    process.exitCode = 1;
    return;
  }
  try {
    for (const platform of platforms.filter((name) => names.length === 0 || names.includes(name))) {
      const path = await buildExecutable(platform, resolve(import.meta.dir, "../../dist"));
      console.log(`dist/${basename(path)}${`${Math.round(Bun.file(path).size / 1e6)} MB`.padStart(10)}`);
    }
  } catch (error) {
    console.error(`The executables were not built.\n${error instanceof Error ? error.message : describeError(error)}`);
    process.exitCode = 1;
  }
}
