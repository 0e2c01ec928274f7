// Tests of the Redis package that apt downloads for one user, from a repository that this test makes and signs.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing } from "../programs.ts";

setDefaultTimeout(120_000);

const module = join(import.meta.dir, "../../../services/dev/daemons/redis-program.ts");
let dir: string;
let repository: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bellbuoy-test-"));
  // As root, apt downloads with its own account.
  chmodSync(dir, 0o755);
  repository = join(dir, "repository");
  mkdirSync(repository);
  // All programs except Redis: apt needs many to check a signature.
  const bin = join(dir, "bin");
  mkdirSync(bin);
  const others = readdirSync("/usr/bin").filter((name) => !/redis|valkey/.test(name));
  for (const name of others) symlinkSync(join("/usr/bin", name), join(bin, name));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Writes a repository with both packages; `redis-server` is a script that prints a line. */
async function makeRepository(): Promise<void> {
  for (const name of ["redis-server", "redis-tools"]) {
    const root = join(dir, name);
    const control = `Package: ${name}\nVersion: 5:7.0-1~test\nArchitecture: all\nMaintainer: bellbuoy\nDescription: test\n`;
    await Bun.write(join(root, "DEBIAN/control"), control);
    if (name === "redis-server") {
      await Bun.write(join(root, "usr/bin/redis-server"), '#!/bin/sh\necho "Redis server of the test"\n');
      chmodSync(join(root, "usr/bin/redis-server"), 0o755);
    }
    chmodSync(root, 0o755);
    await Bun.$`dpkg-deb --root-owner-group -b ${root} ${join(repository, `${name}_7.0_all.deb`)}`.quiet();
  }
  const packages: string[] = [];
  for (const file of readdirSync(repository)) {
    const path = join(repository, file);
    const control = await Bun.$`dpkg-deb -f ${path}`.text();
    packages.push(
      `${control.trim()}\nFilename: ./${file}\nSize: ${Bun.file(path).size}\nSHA256: ${await sha256(path)}\n`,
    );
  }
  await Bun.write(join(repository, "Packages"), packages.join("\n"));
  const index = join(repository, "Packages");
  const sums = `SHA256:\n ${await sha256(index)} ${Bun.file(index).size} Packages\n`;
  await Bun.write(join(repository, "Release"), `Date: ${new Date().toUTCString()}\n${sums}`);
}

/** Signs the repository, and writes the public key that apt trusts. */
async function sign(): Promise<string> {
  const home = join(dir, "gnupg");
  mkdirSync(home, { mode: 0o700 });
  const gpg = ["gpg", "--homedir", home, "--batch", "--passphrase", ""];
  await Bun.$`${gpg} --quick-generate-key bellbuoy-test@example.org default default never`.quiet();
  await Bun.$`${gpg} --armor --output ${join(dir, "key.asc")} --export`.quiet();
  await Bun.$`${gpg} --clearsign --output ${join(repository, "InRelease")} ${join(repository, "Release")}`.quiet();
  await Bun.$`gpgconf --homedir ${home} --kill all`.nothrow().quiet();
  return join(dir, "key.asc");
}

async function sha256(path: string): Promise<string> {
  return new Bun.CryptoHasher("sha256").update(await Bun.file(path).bytes()).digest("hex");
}

/** Searches Redis in a process without one on PATH, on a machine whose only source is the repository. */
async function find(options: string, keep: string) {
  await Bun.write(join(dir, "sources.list"), `deb [${options}] file:${repository} ./\n`);
  // The list of dpkg is empty too, as on a machine without Redis.
  await Bun.write(join(dir, "status"), "");
  const etc = `Dir::Etc::sourcelist "${join(dir, "sources.list")}";\nDir::Etc::sourceparts "/nonexistent";\n`;
  const state = `Dir::State::status "${join(dir, "status")}";\nDir::State::lists "${join(dir, "no-lists")}";\n`;
  await Bun.write(join(dir, "apt.conf"), etc + state);
  const program = `
    import { findRedis } from ${JSON.stringify(module)};
    const { path } = await findRedis(console.log, ${JSON.stringify(keep)});
    console.log(await Bun.$\`\${path} --version\`.text());`;
  const child = Bun.spawn([process.execPath, "-e", program], {
    env: { PATH: join(dir, "bin"), APT_CONFIG: join(dir, "apt.conf") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { said, complaint, code: await child.exited };
}

describe.skipIf(isMissing("apt-get", "gpg"))("where no Redis is on PATH", () => {
  test("it is downloaded from a repository with a valid signature, with one line of size and folder, and kept", async () => {
    await makeRepository();
    const key = await sign();
    const keep = join(dir, "kept");
    const first = await find(`signed-by=${key}`, keep);
    expect(first.complaint).toBe("");
    expect(first.said).toMatch(
      /^Redis is missing\. Fetching your distribution's packages \(\d+\.\d MB\) into .*\/kept\/redis: /,
    );
    expect(first.said).toContain("Redis server of the test");
    expect(readdirSync(keep)).toEqual(["redis"]);

    rmSync(repository, { recursive: true });
    expect((await find(`signed-by=${key}`, keep)).said).toBe("Redis server of the test\n\n");
  });

  test("no package is installed from a repository without a trusted signature", async () => {
    rmSync(repository, { recursive: true, force: true });
    mkdirSync(repository);
    await makeRepository();
    const keep = join(dir, "refused");
    const { complaint, code } = await find(`signed-by=${join(dir, "key.asc")}`, keep);
    expect(complaint).toContain("no Redis found on this machine, and it could not be fetched: ");
    expect(code).toBe(1);
    expect(readdirSync(keep)).toEqual([]);
  });
});
