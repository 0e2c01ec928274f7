import { watch } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { describeError } from "../shared/link.ts";

/** Where the built player lies; any static host can serve it. */
export const distDir = join(import.meta.dir, "dist");

/** One file of the built player. */
export type PlayerFile = { name: string; bytes: number; gzipBytes: number };

/** How long the files must rest before they are built again: an editor writes several times. */
const restMs = 100;

if (import.meta.main) await main(process.argv.includes("--watch"));

/**
 * Builds the player into {@link distDir} while a server may be serving it: new files appear first, then the page that
 * asks for them, and only then does what it no longer asks for go. A build that fails leaves everything as it was.
 * @returns the files, the page first
 * @throws {Error} that says where the source is wrong
 */
export async function buildPlayer(): Promise<PlayerFile[]> {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "index.html")],
    target: "browser",
    minify: true,
    splitting: true,
    naming: { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map((log) => Bun.inspect(log)).join("\n"));

  const page = built.outputs.filter(({ path }) => path.endsWith(".html"));
  const rest = built.outputs.filter(({ path }) => !path.endsWith(".html"));
  await mkdir(distDir, { recursive: true });
  await Promise.all(rest.map(write));
  await Promise.all(page.map(write));
  const files = await Promise.all([...page, ...rest].map(measure));
  await removeAllBut(new Set(files.map(({ name }) => name)));
  return files;
}

/** Written beside and then renamed, so that nobody is ever served half a file. */
async function write(file: Bun.BuildArtifact): Promise<void> {
  const path = join(distDir, basename(file.path));
  const unfinished = `${path}.${process.pid}.unfinished`;
  await Bun.write(unfinished, file);
  await rename(unfinished, path);
}

async function measure(file: Bun.BuildArtifact): Promise<PlayerFile> {
  const gzipped = Bun.gzipSync(await file.arrayBuffer(), { level: 9 });
  return { name: basename(file.path), bytes: file.size, gzipBytes: gzipped.length };
}

async function removeAllBut(names: Set<string>): Promise<void> {
  const stale = (await readdir(distDir)).filter((name) => !names.has(name) && !name.endsWith(".unfinished"));
  await Promise.all(stale.map((name) => rm(join(distDir, name), { recursive: true, force: true })));
}

async function main(watching: boolean): Promise<void> {
  if (watching) buildOnChange();
  else if (!(await buildAndTell())) process.exitCode = 1;
}

/** @returns whether it could be built */
async function buildAndTell(): Promise<boolean> {
  try {
    console.log(table(await buildPlayer()));
    return true;
  } catch (error) {
    console.error(`The player was not built.\n${error instanceof Error ? error.message : describeError(error)}`);
    return false;
  }
}

function table(files: PlayerFile[]): string {
  const width = Math.max(...files.map(({ name }) => name.length));
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
  const rows = files.map(({ name, bytes, gzipBytes }) => name.padEnd(width) + kilobytes(bytes) + kilobytes(gzipBytes));
  return [`${"web/dist".padEnd(width)}${"raw".padStart(10)}${"gzip".padStart(10)}`, ...rows].join("\n");
}

/** Builds now and after every change of the sources, one build at a time, until the process is ended. */
function buildOnChange(): void {
  let timer: Timer | undefined;
  let building = Promise.resolve(true);
  const build = () => {
    building = building.then(buildAndTell);
  };
  const changed = (_event: string, path: string | null) => {
    if (path?.startsWith("dist")) return;
    clearTimeout(timer);
    timer = setTimeout(build, restMs);
  };
  const sources = [import.meta.dir, join(import.meta.dir, "../shared")];
  // Watched before the first build, so that a change in between is not missed.
  for (const directory of sources) watch(directory, { recursive: true }, changed);
  build();
}
