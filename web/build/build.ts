// Builds the player: bundles, workers, service worker, API page, compressed copies.

import { existsSync, watch } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { contentSecurityPolicy } from "../../shared/content-security-policy.ts";
import { hashedName } from "../../shared/hashed-name.ts";
import { playerDir } from "../../shared/player-dir.ts";
import { describeError } from "../../shared/service/connection-health.ts";
import { englishWords, wordsFrom } from "./words.ts";

/** The sources of the player. */
const webDir = join(import.meta.dir, "..");

/** Describes one file of the built player. */
export type PlayerFile = { name: string; bytes: number; gzipBytes: number; loaded: WhenLoaded };

/** When a file loads: with the page, with the sound, or only for a rarely used feature (`onDemand`). */
type WhenLoaded = "page" | "sound" | "onDemand";

type BuiltFile = { name: string; content: Uint8Array<ArrayBuffer> };

/** Waits this long after the last change before a rebuild: an editor writes a file several times. */
const restMs = 100;

/** Worker entry points, by the constant that holds the worker's URL. */
const workers = { waveformWorkerUrl: "sound/timbre/waveform-worker.ts" };

/**
 * Files copied unchanged, by their name in the player. The manifest refers to the icons by name, static hosts to the page for
 * missing files, and the page to the licences of all it contains.
 */
const unchanged = {
  "icon-192.png": "icons/icon-192.png",
  "icon-512.png": "icons/icon-512.png",
  "icon-mask.png": "icons/icon-mask.png",
  "404.html": "404.html",
  "licences.txt": "../NOTICE",
};

const compressible = /\.(html|js|css|svg|json|webmanifest|txt)$/;
const brotli = promisify(brotliCompress);

const naming = { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" };

/** The detailed coastline, loaded on zoom, and the test hook. */
const rarelyLoaded = /^(land-50m|hook)-/;
/** Sources whose chunks load with the page, and those whose chunks load with the sound. */
const [pageEntries, soundEntries] = [["index.html"], ["listening.ts", "engine.ts"]];
/** The coastline drawn first, in a file of its own or not. */
const coarseLand = /110m/;

if (import.meta.main) await main(process.argv.includes("--watch"));

/**
 * Builds the player into {@link playerDir}, also while a server serves that directory. New files are written first,
 * then the page that loads them; unused files are deleted last. A failed build changes nothing. Each text file gets
 * compressed copies, `.br` and `.gz`, for hosts that serve those.
 * @param entry the page; tests build their own
 * @returns the files, the page first
 * @throws {Error} with the position of the error in the source
 */
export async function buildPlayer(entry = join(webDir, "index.html"), targetDir = playerDir): Promise<PlayerFile[]> {
  const { files: workerFiles, addresses } = await buildWorkers();
  const plugins = [wordsFrom(englishWords)];
  const { outputs, metafile } = await bundle({ entrypoints: [entry], define: addresses, metafile: true, plugins });
  const pageFiles = await Promise.all(outputs.map(finish));
  const assets = [...pageFiles.filter(({ name }) => !name.endsWith(".html")), ...workerFiles];
  const page = pageFiles.filter(({ name }) => name.endsWith(".html"));
  const serviceWorker = await buildServiceWorker(page, assets);

  const known = new Set(assets.map(({ name }) => name));
  const docs = (await buildDocs()).filter(({ name }) => !known.has(name));

  await mkdir(targetDir, { recursive: true });
  const unnamed = await Promise.all(Object.entries(unchanged).map(readUnchanged));
  const written = await Promise.all([...assets, ...unnamed, ...docs].map((file) => write(file, targetDir)));
  // The service worker is written last: the files it caches must exist.
  for (const file of [...page, serviceWorker]) written.push(await write(file, targetDir));
  await removeAllBut(new Set(written.flat()), targetDir);

  const withPage = loadedWith(metafile, pageEntries);
  const withSound = loadedWith(metafile, soundEntries).union(new Set(workerFiles.map(({ name }) => name)));
  return [...page, ...assets, serviceWorker].map((file) => measure(file, whenLoaded(file.name, withPage, withSound)));
}

/** Builds the API page. It shares little code with the player, and the service worker does not cache it. */
async function buildDocs(): Promise<BuiltFile[]> {
  const { outputs } = await bundle({ entrypoints: ["docs/docs.html"] });
  return Promise.all(outputs.map(finish));
}

/**
 * Bundles each worker as one script without imports, with a hash in its name. Returns the URL constants for the page.
 */
async function buildWorkers(): Promise<{ files: BuiltFile[]; addresses: Record<string, string> }> {
  const files: BuiltFile[] = [];
  const addresses: Record<string, string> = {};
  for (const [constant, entry] of Object.entries(workers)) {
    const { outputs } = await bundle({ entrypoints: [entry], naming: { ...naming, entry: "[name]-[hash].[ext]" } });
    const built = await Promise.all(outputs.map(finish));
    files.push(...built);
    addresses[constant] = JSON.stringify(`./${built[0]?.name}`);
  }
  return { files, addresses };
}

/** Builds the service worker. Its name has no hash, because browsers look for updates under the same URL. */
async function buildServiceWorker(page: BuiltFile[], assets: BuiltFile[]): Promise<BuiltFile> {
  const kept = assets
    .filter(({ name }) => hashedName.test(name) && !rarelyLoaded.test(name))
    .map(({ name, content }) => [`./${name}`, content.byteLength] as const);
  const html = page.map(({ content }) => new TextDecoder().decode(content)).join();
  const named = kept.map(([file]) => file).filter((file) => html.includes(`"${file}"`));
  const version = Bun.hash([...page, ...assets].map(({ content }) => Bun.hash(content)).join()).toString(36);
  const { outputs } = await bundle({
    entrypoints: ["offline/service-worker.ts"],
    define: {
      precacheFiles: JSON.stringify(Object.fromEntries(kept)),
      pageFiles: JSON.stringify(named),
      buildVersion: JSON.stringify(version),
    },
  });
  const [file] = await Promise.all(outputs.map(finish));
  if (!file) throw new Error("the service worker was not built");
  return file;
}

/** Runs Bun's bundler. @throws {Error} with the position of the error in the source */
async function bundle(options: Bun.BuildConfig): Promise<Bun.BuildOutput> {
  const built = await Bun.build({
    target: "browser",
    minify: true,
    splitting: true,
    naming,
    ...options,
    entrypoints: options.entrypoints.map((entry) => resolve(webDir, entry)),
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map((log) => Bun.inspect(log)).join("\n"));
  return built;
}

/** Returns the scripts and styles that the browser loads with the chunks of these sources. */
function loadedWith(metafile: Bun.BuildMetafile | undefined, entries: readonly string[]): Set<string> {
  const { outputs = {} } = metafile ?? {};
  const found = new Set<string>();
  const add = (path: string) => {
    if (found.has(basename(path))) return;
    found.add(basename(path));
    const { imports = [], cssBundle } = outputs[path] ?? {};
    for (const imported of imports) if (imported.kind === "import-statement") add(imported.path);
    if (cssBundle) add(cssBundle);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint && entries.includes(basename(entryPoint))) add(path);
  }
  return found;
}

async function readUnchanged([name, path]: [string, string]): Promise<BuiltFile> {
  return { name, content: await Bun.file(join(webDir, path)).bytes() };
}

async function finish(artifact: Bun.BuildArtifact): Promise<BuiltFile> {
  const name = basename(artifact.path);
  if (name.endsWith(".html")) return { name, content: withPolicy(await artifact.text()) };
  return { name, content: new Uint8Array(await artifact.arrayBuffer()) };
}

/**
 * Adds a Content Security Policy to the page, because static hosts send none. It allows any server, since `?server=`
 * may name any. bellbuoy's own server also sends a stricter header, and the browser applies both.
 */
function withPolicy(html: string): Uint8Array<ArrayBuffer> {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy("'self' http: https:")}">`;
  const rewriter = new HTMLRewriter().on("meta[charset]", {
    element: (meta) => void meta.after(policy, { html: true }),
  });
  // Indents are a tenth of the compressed page.
  return new TextEncoder().encode(rewriter.transform(html).replace(/\n\s+/g, "\n"));
}

/** Writes a file and its compressed copies. @returns the names of all of them */
async function write({ name, content }: BuiltFile, dir: string): Promise<string[]> {
  const names = [name];
  if (compressible.test(name)) {
    const forms = { br: () => brotli(content), gz: async () => Bun.gzipSync(content, { level: 9 }) };
    for (const [ending, compress] of Object.entries(forms)) {
      const compressed = `${name}.${ending}`;
      // A file with a hash in its name was compressed by an earlier build. Compression is the slowest step of a build.
      const isKnown = hashedName.test(name) && existsSync(join(dir, compressed));
      if (!isKnown) await put(join(dir, compressed), await compress());
      names.push(compressed);
    }
  }
  await put(join(dir, name), content);
  return names;
}

/** Writes to a temporary file and renames it, so that no client receives half a file. */
async function put(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  await Bun.write(unfinished, content);
  await rename(unfinished, path);
}

function measure({ name, content }: BuiltFile, loaded: WhenLoaded): PlayerFile {
  const gzipBytes = Bun.gzipSync(content, { level: 9 }).length;
  return { name, bytes: content.byteLength, gzipBytes, loaded };
}

function whenLoaded(name: string, withPage: Set<string>, withSound: Set<string>): WhenLoaded {
  if (withPage.has(name) || /\.(html|svg)$/.test(name) || coarseLand.test(name)) return "page";
  return withSound.has(name) ? "sound" : "onDemand";
}

async function removeAllBut(names: Set<string>, dir: string): Promise<void> {
  const stale = (await readdir(dir)).filter((name) => !names.has(name) && !name.endsWith(".unfinished"));
  await Promise.all(stale.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}

async function main(watching: boolean): Promise<void> {
  if (watching) buildOnChange();
  else if (!(await buildAndReport())) process.exitCode = 1;
}

/** Builds once and prints the sizes or the error. @returns whether the build succeeded */
async function buildAndReport(): Promise<boolean> {
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
  const gzipOf = (...when: WhenLoaded[]) =>
    files.filter(({ loaded }) => when.includes(loaded)).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  return [
    `${"web/dist".padEnd(width)}${"raw".padStart(10)}${"gzip".padStart(10)}`,
    ...rows,
    `page, map and land:${kilobytes(gzipOf("page"))} gzip; with sound:${kilobytes(gzipOf("page", "sound"))}`,
  ].join("\n");
}

/** Builds now and after every change of the sources, one build at a time, until the process ends. */
function buildOnChange(): void {
  let timer: Timer | undefined;
  let building = Promise.resolve(true);
  const build = () => {
    building = building.then(buildAndReport);
  };
  const changed = (_event: string, path: string | null) => {
    if (path?.startsWith("dist")) return;
    clearTimeout(timer);
    timer = setTimeout(build, restMs);
  };
  const sources = [webDir, join(webDir, "../shared")];
  // Start watching before the first build, to catch changes made during it.
  for (const directory of sources) watch(directory, { recursive: true }, changed);
  build();
}
