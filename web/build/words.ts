// The build's plugin for the words of the page.

import { basename, join } from "node:path";
import type { BunPlugin } from "bun";

/** The words of the page, in English. */
export const englishWords = join(import.meta.dir, "../words/english");

/**
 * Makes a plugin that takes the words of the page from a folder. In HTML and manifest, `{{file.name}}` is the word with
 * this name in this file; `{{file.name.key}}` is one of several.
 * @param folder has the same files as {@link englishWords}
 */
export function wordsFrom(folder: string): BunPlugin {
  return {
    name: "words",
    setup(build) {
      build.onResolve({ filter: /\/english\/\w+\.ts$/ }, ({ path }) => ({ path: join(folder, basename(path)) }));
      build.onLoad({ filter: /\.(html|webmanifest)$/ }, async ({ path }) => ({
        contents: await fillIn(await Bun.file(path).text(), folder),
        loader: path.endsWith(".html") ? "html" : "file",
      }));
    },
  };
}

/** Fills in the words. @throws {Error} if there is no such word */
async function fillIn(text: string, folder: string): Promise<string> {
  const placeholder = /\{\{(\w+)\.([\w.]+)\}\}/g;
  const files = new Map<string, unknown>();
  for (const [, file = ""] of text.matchAll(placeholder)) {
    // The query makes a build that watches the sources read a changed file again.
    if (!files.has(file)) files.set(file, await import(`${join(folder, file)}.ts?${Date.now()}`));
  }
  return text.replace(placeholder, (_, file: string, path: string) => {
    const word = path.split(".").reduce(readProperty, files.get(file));
    if (typeof word !== "string") throw new Error(`the words have no ${file}.${path}`);
    return word;
  });
}

function readProperty(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
