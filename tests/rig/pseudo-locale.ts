// A pseudo-locale: the page's words with accents and about 40 % longer, and a host of the page with these words.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { BunPlugin } from "bun";
import { englishWords, wordsFrom } from "../../web/build/words.ts";

/** Describes a static host of the page in the pseudo-locale. */
export type PseudoHost = { url: string; stop(): Promise<void> };

const growth = 0.4;
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const accented = "áƀçđéƒĝĥíĵķļɱñóþǫŕšŧúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶĻṀÑÓÞǪŔŠŦÚṼŴẊÝŽ";
const accents = new Map(Array.from(plain, (letter, index) => [letter, [...accented][index] ?? letter]));

/** Returns a text with accents on its letters and about 40 % longer words. Placeholders and tags stay. */
export function lengthen(text: string): string {
  let owed = 0;
  return text.replace(/\{\w+\}|<[^>]*>|[A-Za-z]+/g, (part) => {
    if (/^[{<]/.test(part)) return part;
    // With the space after the word.
    owed += (part.length + 1) * growth;
    const added = Math.floor(owed);
    owed -= added;
    return Array.from(part, (letter) => accents.get(letter)).join("") + "é".repeat(added);
  });
}

/** Builds the page with the pseudo-locale's words, without the detailed coastline, and serves it. */
export async function servePseudoPage(): Promise<PseudoHost> {
  const folder = await mkdtemp(join(tmpdir(), "bellbuoy-words-"));
  await writeWords(folder);
  const built = await Bun.build({
    entrypoints: [join(englishWords, "../../index.html")],
    target: "browser",
    splitting: true,
    define: { waveformWorkerUrl: '"./waveform-worker.js"' },
    plugins: [coarseLand, wordsFrom(folder)],
  });
  await rm(folder, { recursive: true });
  const files = new Map(built.outputs.map((file) => [`/${basename(file.path)}`, file]));
  const host = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      const file = files.get(pathname === "/" ? "/index.html" : pathname);
      return file ? new Response(file) : new Response(null, { status: 404 });
    },
  });
  return { url: `http://127.0.0.1:${host.port}`, stop: () => host.stop(true) };
}

/** Writes the words in the pseudo-locale, with the files and names of the English ones. */
async function writeWords(folder: string): Promise<void> {
  for (const file of await readdir(englishWords)) {
    const words: Record<string, unknown> = await import(join(englishWords, file));
    const lines = Object.entries(words).map(([name, word]) => {
      const translated = name === "locale" ? word : translate(word);
      return `export const ${name} = ${JSON.stringify(translated)};\n`;
    });
    await Bun.write(join(folder, file), lines);
  }
}

function translate(word: unknown): unknown {
  if (typeof word === "string") return lengthen(word);
  if (Array.isArray(word)) return word.map(translate);
  return Object.fromEntries(Object.entries(word ?? {}).map(([key, part]) => [key, translate(part)]));
}

/** Leaves the detailed coastline out: to compute it takes most of the time of a build. */
const coarseLand: BunPlugin = {
  name: "coarse land",
  setup(build) {
    build.onLoad({ filter: /\/land-50m\.ts$/ }, () => ({ contents: "export const land50m = () => [];", loader: "ts" }));
  },
};
