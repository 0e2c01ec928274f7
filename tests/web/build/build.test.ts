// The built player: file names, compression, policy and weight.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { hashedName } from "../../../shared/hashed-name.ts";
import { buildPlayer, type PlayerFile } from "../../../web/build/build.ts";
import { footer, title } from "../../../web/words/english/html.ts";

setDefaultTimeout(120_000);

const dir = mkdtempSync(join(tmpdir(), "bellbuoy-build-"));
let files: PlayerFile[] = [];
let names: string[] = [];

beforeAll(async () => {
  await Bun.write(join(dir, "left-over.js"), "of an older build");
  files = await buildPlayer(undefined, dir);
  names = await readdir(dir);
});
afterAll(() => rm(dir, { recursive: true }));

const text = (name: string) => Bun.file(join(dir, name)).text();
const isCompressed = (name: string) => /\.(br|gz)$/.test(name);

describe("The built player", () => {
  test("has a content hash in all file names except those that must stay the same", () => {
    const kept = names.filter((name) => !isCompressed(name) && !hashedName.test(name));
    expect(kept.sort()).toEqual([
      "404.html",
      "docs.html",
      "icon-192.png",
      "icon-512.png",
      "icon-mask.png",
      "index.html",
      "licences.txt",
      "service-worker.js",
    ]);
  });

  test("has compressed copies of each text file, with the same content", async () => {
    const texts = names.filter((name) => /\.(html|js|css|svg|webmanifest|txt)$/.test(name));
    expect(texts.length).toBeGreaterThan(5);
    for (const name of texts) {
      const content = Buffer.from(await Bun.file(join(dir, name)).bytes());
      expect(brotliDecompressSync(await Bun.file(join(dir, `${name}.br`)).bytes())).toEqual(content);
      expect(gunzipSync(await Bun.file(join(dir, `${name}.gz`)).bytes())).toEqual(content);
    }
  });

  test("has the licences of all it contains, with a link to them", async () => {
    expect(await text("licences.txt")).toBe(await Bun.file(join(import.meta.dir, "../../../NOTICE")).text());
    expect(await text("index.html")).toContain('href="./licences.txt"');
  });

  test("contains no files of an older build", () => {
    expect(names).not.toContain("left-over.js");
    expect(names.filter((name) => name.endsWith(".unfinished"))).toEqual([]);
  });

  test("has its own Content Security Policy, and no script or style that it forbids", async () => {
    const page = await text("index.html");
    expect(page).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'self'; connect-src 'self' http: https:`,
    );
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  });

  test("has its words, in page and manifest, from the folder of words", async () => {
    const [manifest = ""] = names.filter((name) => name.endsWith(".webmanifest"));
    const { name, lang } = JSON.parse(await text(manifest));
    expect([name, lang]).toEqual([title, "en"]);
    const page = await text("index.html");
    expect(page).toContain(`<html lang="en">`);
    expect(page).toContain(footer);
    expect(page).not.toContain("{{");
    const source = await Bun.file(join(import.meta.dir, "../../../web/index.html")).text();
    const plain = source.replace(/<!--.*?-->|<[^>]*>|\{\{[\w.]+\}\}/gs, " ").match(/\p{Letter}+/gu);
    expect(new Set(plain)).toEqual(new Set(["bellbuoy", "m", "ft", "s", "kn", "C", "F"]));
  });

  test("is not built with a word that does not exist", async () => {
    const strange = `${dir}-strange.html`;
    await Bun.write(strange, "<!doctype html><title>{{html.nothing}}</title>");
    await expect(buildPlayer(strange, dir)).rejects.toThrow("html.nothing");
    await rm(strange);
  });

  test("loads its files by relative URLs, so that it works under any path of a host", async () => {
    const page = await text("index.html");
    const addresses = Array.from(page.matchAll(/(?:src|href)="([^"#]+)"/g), ([, address]) => address ?? "");
    const own = addresses.filter((address) => !address.startsWith("https://"));
    expect(own.length).toBeGreaterThan(2);
    for (const address of own) {
      expect(address).toStartWith("./");
      expect(names).toContain(address.slice(2));
    }
  });

  test("knows the file name of the worker that computes the waveforms", async () => {
    const [worker] = names.filter((name) => /^waveform-worker-\w{8}\.js$/.test(name));
    const scripts = await Promise.all(names.filter((name) => name.endsWith(".js")).map(text));
    expect(scripts.some((script) => script.includes(`"./${worker}"`))).toBe(true);
    expect(scripts.some((script) => script.includes("waveformWorkerUrl"))).toBe(false);
  });

  test("has a service worker that caches all files at install, except the detailed coastline, which is cached on use", async () => {
    const worker = await text("service-worker.js");
    const hashed = names.filter((name) => hashedName.test(name) && !isCompressed(name));
    for (const name of hashed) expect(worker.includes(`"./${name}"`)).toBe(!/^(land-50m|hook|docs)-/.test(name));
    expect(hashed.filter((name) => name.startsWith("land-50m-"))).toHaveLength(1);
  });

  test("weighs at most 52 kB before the sound and 121 kB with it, gzipped", () => {
    const weigh = (...when: string[]) =>
      files.filter(({ loaded }) => when.includes(loaded)).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
    expect(weigh("page")).toBeLessThanOrEqual(52_000);
    expect(weigh("page", "sound")).toBeLessThanOrEqual(121_000);
  });

  // Versions from MDN's browser-compat-data. The page asks for the newest of them when it starts, see dom/features.ts.
  test.each([
    ["popover", / popover\b/, { chrome: 114, safari: 17, firefox: 125 }],
    ["URL.canParse", /\bURL\.canParse\b/, { chrome: 120, safari: 17, firefox: 115 }],
    ["requestIdleCallback, or a timer", /"requestIdleCallback"in/, null],
    ["small viewport units", /\d+svh\b/, { chrome: 108, safari: 15.4, firefox: 101 }],
    ["BroadcastChannel", /new BroadcastChannel\b/, { chrome: 54, safari: 15.4, firefox: 38 }],
    ["Array.prototype.at", /\.at\(-1\)/, { chrome: 92, safari: 15.4, firefox: 90 }],
    ["AudioContext", /new AudioContext\b/, { chrome: 35, safari: 14.1, firefox: 25 }],
    [
      "await outside of functions",
      /if\(\w+\)\{let\{installPageHook:\w+\}=await/,
      { chrome: 89, safari: 15, firefox: 89 },
    ],
    ["nullish assignment", /\?\?=/, { chrome: 85, safari: 14, firefox: 79 }],
    ["class fields", /\bclass\b/, { chrome: 72, safari: 14.1, firefox: 69 }],
  ])("uses %s, which the oldest supported browsers have", async (_, used, since) => {
    const texts = await Promise.all(names.filter((name) => /\.(html|js|css)$/.test(name)).map(text));
    expect(texts.some((content) => used.test(content))).toBe(true);
    if (since === null) return;
    expect(since.chrome).toBeLessThanOrEqual(120);
    expect(since.safari).toBeLessThanOrEqual(17);
    expect(since.firefox).toBeLessThanOrEqual(128);
  });

  test.each([
    [
      "newer built-in functions",
      /\b(?:AbortSignal\.any|Array\.fromAsync|(?:Map|Object)\.groupBy|Promise\.(?:try|withResolvers)|URL\.parse|ReadableStream\.from|RegExp\.escape|Math\.sumPrecise|Iterator\.from|Error\.isError|Uint8Array\.from(?:Hex|Base64)|Temporal\.|Float16Array)\b/,
    ],
    [
      "methods of sets",
      /\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom|getOrInsert)\(/,
    ],
    [
      "methods of iterators",
      /\.(?:values|keys|entries)\(\)\.(?:map|filter|some|every|find|reduce|take|drop|flatMap|forEach|toArray)\(/,
    ],
    ["methods of the page", /\.(?:checkVisibility|moveBefore|setHTML|setHTMLUnsafe|startViewTransition)\(/],
    ["methods of bytes", /\.(?:toHex|toBase64|transferToFixedLength)\(|\.bytes\(\)/],
    ["using", /\b(?:await )?using [A-Za-z_$][\w$]*=/],
    ["pattern modifiers", /\(\?[ims]+:/],
    [
      "CSS that changes the layout",
      /@(?:scope|starting-style|position-try|function)\b|[;{](?:anchor-name|field-sizing|position-area|interpolate-size):|light-dark\(/,
    ],
  ])("uses no %s, which some supported browsers lack", async (_, newer) => {
    for (const name of names.filter((name) => /\.(html|js|css)$/.test(name)))
      expect([name, newer.exec(await text(name))?.[0]]).toEqual([name, undefined]);
  });

  test("contains no schema library", async () => {
    for (const { name } of files) if (name.endsWith(".js")) expect(await text(name)).not.toContain("ZodError");
  });

  test("is identical in a second build", async () => {
    expect(await buildPlayer(undefined, dir)).toEqual(files);
    expect((await readdir(dir)).sort()).toEqual(names.sort());
  });

  test("stays unchanged when a build fails", async () => {
    const broken = join(dir, "../..", `${dir.split("/").at(-1)}-broken.html`);
    await Bun.write(broken, '<script type="module" src="./nothing.ts"></script>');
    await expect(buildPlayer(broken, dir)).rejects.toThrow("nothing.ts");
    expect((await readdir(dir)).sort()).toEqual(names.sort());
    await rm(broken);
  });
});
