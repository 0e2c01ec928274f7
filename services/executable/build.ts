// Builds one executable for each platform.

import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { describeError } from "../../shared/connections/connection-health.ts";
import { playerDir } from "../../shared/player/player-dir.ts";
import { namesOf } from "../../shared/record-of.ts";

/**
 * Bun's compile target for each platform. The baseline build for amd64 also runs on processors without AVX2, which many small
 * virtual machines do not offer.
 */
const runtimes = { "linux-arm64": "bun-linux-arm64", "linux-amd64": "bun-linux-x64-baseline" } as const;

/** Names operating system and processor, as Debian and Docker do. */
type Platform = keyof typeof runtimes;

if (import.meta.main) await main(process.argv.slice(2));

/**
 * Builds `bellbuoy-<platform>`: one file with both services, the migrations, the player from `web/dist`, and Bun. It needs only
 * Linux with glibc. Bun for another platform is downloaded from the npm registry and cached.
 * @returns the path of the executable
 * @throws {Error} with the build errors, or with the download that failed
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
      // A bunfig.toml in the working directory must not make the executable run other code.
      autoloadBunfig: false,
      // Nor may a .env there change its settings.
      autoloadDotenv: false,
    },
    minify: { whitespace: true, syntax: true },
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map((log) => Bun.inspect(log)).join("\n"));
  return outfile;
}

/** Builds the executables and prints their sizes. @param names the platforms; all if empty */
async function main(names: string[]): Promise<void> {
  const platforms = namesOf(runtimes);
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
