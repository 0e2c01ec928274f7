// What makes the built page lighter: the browser's own audio classes, and one chunk for all that the page starts with.

import { dirname, join } from "node:path";
import { Glob } from "bun";

const webDir = join(import.meta.dir, "..");
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Gives Tone.js the browser's own audio classes. */
export const nativeAudio: Bun.BunPlugin = {
  name: "native audio",
  setup(build) {
    const path = join(webDir, "sound/native-audio.ts");
    build.onResolve({ filter: /^standardized-audio-context$/ }, () => ({ path }));
  },
};

/**
 * Returns the sources of the page's parts that load later, each of which also imports all that `main.ts` imports. Then
 * all of that becomes one chunk. Bun makes a chunk for each set of parts that share a module, and small chunks compress
 * worse.
 * @returns contents by path. A plugin would do, but with one the names in the chunks differ from build to build.
 */
export async function partsOnOnePage(): Promise<Record<string, string>> {
  const atStart = await importsOf(join(webDir, "main.ts"), "import-statement");
  // On one line, so that errors in a source keep their line.
  const start = atStart.map((path) => `import ${JSON.stringify(path)};`).join(" ");
  const parts: Record<string, string> = {};
  for await (const file of new Glob("**/*.ts").scan({ cwd: webDir, absolute: true })) {
    for (const path of await importsOf(file, "dynamic-import")) parts[path] ??= start + (await Bun.file(path).text());
  }
  return parts;
}

/** Returns the paths of the sources that a source imports, without imports of types. */
async function importsOf(file: string, wanted: Bun.ImportKind): Promise<string[]> {
  const found = transpiler.scanImports(await Bun.file(file).text());
  return found
    .filter(({ kind, path }) => kind === wanted && path.startsWith("."))
    .map(({ path }) => join(dirname(file), path));
}
