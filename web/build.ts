import { watch } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { describeError } from "../shared/link.ts";
import { contentSecurityPolicy } from "./content-security-policy.ts";

/** Where the built player lies; any static host can serve it. */
export const distDir = join(import.meta.dir, "dist");

/** One file of the built player. */
export type PlayerFile = { name: string; bytes: number; gzipBytes: number };

type BuiltFile = { name: string; content: Uint8Array<ArrayBuffer> };

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

  const all = await Promise.all(built.outputs.map(finish));
  const page = all.filter(({ name }) => name.endsWith(".html"));
  const rest = all.filter(({ name }) => !name.endsWith(".html"));
  await mkdir(distDir, { recursive: true });
  await Promise.all(rest.map(write));
  await Promise.all(page.map(write));
  const files = [...page, ...rest].map(measure);
  await removeAllBut(new Set(files.map(({ name }) => name)));
  return files;
}

async function finish(artifact: Bun.BuildArtifact): Promise<BuiltFile> {
  const name = basename(artifact.path);
  if (name.endsWith(".html")) return { name, content: withPolicy(await artifact.text()) };
  return { name, content: new Uint8Array(await artifact.arrayBuffer()) };
}

/**
 * Static hosts send no policy, so the page brings its own. Its server may be anywhere there, as `?server=` names it. Where
 * bellbuoy's server serves the page, its header is stricter, and both hold.
 */
function withPolicy(html: string): Uint8Array<ArrayBuffer> {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy("'self' http: https:")}">`;
  const rewriter = new HTMLRewriter().on("meta[charset]", {
    element: (meta) => void meta.after(policy, { html: true }),
  });
  return new TextEncoder().encode(rewriter.transform(html));
}

/** Written beside and then renamed, so that nobody is ever served half a file. */
async function write({ name, content }: BuiltFile): Promise<void> {
  const path = join(distDir, name);
  const unfinished = `${path}.${process.pid}.unfinished`;
  await Bun.write(unfinished, content);
  await rename(unfinished, path);
}

function measure({ name, content }: BuiltFile): PlayerFile {
  return { name, bytes: content.byteLength, gzipBytes: Bun.gzipSync(content, { level: 9 }).length };
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
