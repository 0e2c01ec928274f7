import { existsSync, watch } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { contentSecurityPolicy } from "../../shared/content-security-policy.ts";
import { hashedName } from "../../shared/hashed-name.ts";
import { playerDir } from "../../shared/player-dir.ts";
import { describeError } from "../../shared/service/connection-health.ts";

/** The sources of the player. */
const webDir = join(import.meta.dir, "..");

/** One file of the built player. */
export type PlayerFile = { name: string; bytes: number; gzipBytes: number; loaded: WhenLoaded };

/** With the page, or not before somebody listens; `onDemand`: when something rare is asked for, if ever. */
type WhenLoaded = "page" | "sound" | "onDemand";

type BuiltFile = { name: string; content: Uint8Array<ArrayBuffer> };

/** How long the files must rest before they are built again: an editor writes several times. */
const restMs = 100;

/** Worker entries, each by the constant that gives the page its address. */
const workers = { waveformWorkerUrl: "sound/timbre/waveform-worker.ts" };

/** Files that are served as they are: the manifest names them. */
const icons = ["icon-192.png", "icon-512.png", "icon-mask.png"];

const compressible = /\.(html|js|css|svg|json|webmanifest)$/;
const brotli = promisify(brotliCompress);

const naming = { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" };

/** The coast in detail, which only who zooms in asks for, and what measures the page. */
const rarelyAsked = /^(land-50m|hook)-/;
/** What is fetched when somebody comes to read it, or chooses it, whether anything sounds or not. */
const askedByItself = /^(legend|mapping-view|midi-output|open-card|replay-bar|sound-extras)-/;
/** The coast that is drawn at once, in a file of its own or not. */
const coarseLand = /110m/;

if (import.meta.main) await main(process.argv.includes("--watch"));

/**
 * Builds the player into {@link playerDir} while a server may be serving it: new files appear first, then the page that
 * asks for them, and only then does what it no longer asks for go. A build that fails leaves everything as it was.
 * Beside each text lies the same compressed, as `.br` and `.gz`, for hosts that serve those.
 * @param entry the page; tests build one of their own
 * @returns the files, the page first
 * @throws {Error} that says where the source is wrong
 */
export async function buildPlayer(entry = join(webDir, "index.html"), targetDir = playerDir): Promise<PlayerFile[]> {
  const { files: workerFiles, addresses } = await buildWorkers();
  const { outputs, metafile } = await bundle({ entrypoints: [entry], define: addresses, metafile: true });
  const pageFiles = await Promise.all(outputs.map(finish));
  const assets = [...pageFiles.filter(({ name }) => !name.endsWith(".html")), ...workerFiles];
  const page = pageFiles.filter(({ name }) => name.endsWith(".html"));
  const serviceWorker = await buildServiceWorker([...page, ...assets]);

  const known = new Set(assets.map(({ name }) => name));
  const docs = (await buildDocs()).filter(({ name }) => !known.has(name));

  await mkdir(targetDir, { recursive: true });
  const unnamed = await Promise.all(icons.map(readIcon));
  const written = await Promise.all([...assets, ...unnamed, ...docs].map((file) => write(file, targetDir)));
  // The service worker comes last: what it keeps must be there.
  for (const file of [...page, serviceWorker]) written.push(await write(file, targetDir));
  await removeAllBut(new Set(written.flat()), targetDir);

  const first = loadedWithPage(metafile);
  return [...page, ...assets, serviceWorker].map((file) => measure(file, first));
}

/** The page that shows the API: it has little in common with the player, which neither waits for it nor keeps it. */
async function buildDocs(): Promise<BuiltFile[]> {
  const { outputs } = await bundle({ entrypoints: ["docs/docs.html"] });
  return Promise.all(outputs.map(finish));
}

/** Each worker under a name with a hash, as a script without imports, and the constants that name them to the page. */
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

/** It must keep its name, by which browsers look for a new one. */
async function buildServiceWorker(files: BuiltFile[]): Promise<BuiltFile> {
  const kept = files
    .filter(({ name }) => hashedName.test(name) && !rarelyAsked.test(name))
    .map(({ name }) => `./${name}`);
  const version = Bun.hash(files.map(({ content }) => Bun.hash(content)).join()).toString(36);
  const { outputs } = await bundle({
    entrypoints: ["offline/service-worker.ts"],
    define: { precacheFiles: JSON.stringify(["./", ...kept]), buildVersion: JSON.stringify(version) },
  });
  const [file] = await Promise.all(outputs.map(finish));
  if (!file) throw new Error("the service worker was not built");
  return file;
}

/** @throws {Error} that says where the source is wrong */
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

/** The scripts and styles that a browser asks for before anybody does anything. */
function loadedWithPage(metafile: Bun.BuildMetafile | undefined): Set<string> {
  const { outputs = {} } = metafile ?? {};
  const found = new Set<string>();
  const add = (path: string) => {
    if (found.has(basename(path))) return;
    found.add(basename(path));
    const { imports = [], cssBundle } = outputs[path] ?? {};
    for (const imported of imports) if (imported.kind === "import-statement") add(imported.path);
    if (cssBundle) add(cssBundle);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint?.endsWith("index.html")) add(path);
  return found;
}

async function readIcon(name: string): Promise<BuiltFile> {
  return { name, content: await Bun.file(join(webDir, "icons", name)).bytes() };
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

/** Writes a file, and compressed ones beside it. @returns the names of all */
async function write({ name, content }: BuiltFile, dir: string): Promise<string[]> {
  const names = [name];
  if (compressible.test(name)) {
    const forms = { br: () => brotli(content), gz: async () => Bun.gzipSync(content, { level: 9 }) };
    for (const [ending, compress] of Object.entries(forms)) {
      const compressed = `${name}.${ending}`;
      // What has a hash in its name was compressed by an earlier build: that takes longer than all the rest.
      const isKnown = hashedName.test(name) && existsSync(join(dir, compressed));
      if (!isKnown) await put(join(dir, compressed), await compress());
      names.push(compressed);
    }
  }
  await put(join(dir, name), content);
  return names;
}

/** Written beside and then renamed, so that nobody is ever served half a file. */
async function put(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  await Bun.write(unfinished, content);
  await rename(unfinished, path);
}

function measure({ name, content }: BuiltFile, first: Set<string>): PlayerFile {
  const gzipBytes = Bun.gzipSync(content, { level: 9 }).length;
  return { name, bytes: content.byteLength, gzipBytes, loaded: whenLoaded(name, first) };
}

function whenLoaded(name: string, first: Set<string>): WhenLoaded {
  if (first.has(name) || /\.(html|svg)$/.test(name) || coarseLand.test(name)) return "page";
  return name.endsWith(".js") && hashedName.test(name) && !rarelyAsked.test(name) && !askedByItself.test(name)
    ? "sound"
    : "onDemand";
}

async function removeAllBut(names: Set<string>, dir: string): Promise<void> {
  const stale = (await readdir(dir)).filter((name) => !names.has(name) && !name.endsWith(".unfinished"));
  await Promise.all(stale.map((name) => rm(join(dir, name), { recursive: true, force: true })));
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
  const gzipOf = (...when: WhenLoaded[]) =>
    files.filter(({ loaded }) => when.includes(loaded)).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  return [
    `${"web/dist".padEnd(width)}${"raw".padStart(10)}${"gzip".padStart(10)}`,
    ...rows,
    `page, map and land:${kilobytes(gzipOf("page"))} gzip; with sound:${kilobytes(gzipOf("page", "sound"))}`,
  ].join("\n");
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
  const sources = [webDir, join(webDir, "../shared")];
  // Watched before the first build, so that a change in between is not missed.
  for (const directory of sources) watch(directory, { recursive: true }, changed);
  build();
}
