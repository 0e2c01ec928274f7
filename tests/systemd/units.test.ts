import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const unitDir = join(import.meta.dir, "../../services/systemd");
const names = ["bellbuoy-server.service", "bellbuoy-worker.service"];
/** Of 10, in tenths. systemd calls less than 2 "OK". */
const mostExposure = 15;

const analyze = Bun.which("systemd-analyze");
const workDir = mkdtempSync(join(tmpdir(), "bellbuoy-units-"));
afterAll(() => rm(workDir, { recursive: true, force: true }));

async function run(...words: string[]) {
  const child = Bun.spawn([analyze ?? "", ...words, "--no-pager"], { stdout: "pipe", stderr: "pipe" });
  const told = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
  return { code: await child.exited, told };
}

describe.skipIf(!analyze)("The systemd unit", () => {
  test.each(names)("%s is understood by systemd, word for word", async (name) => {
    // Here nobody has installed bellbuoy: the check wants a program that is there.
    const unit = await Bun.file(join(unitDir, name)).text();
    await Bun.write(join(workDir, name), unit.replace("/usr/local/bin/bellbuoy", "/bin/true"));
    expect(await run("verify", "--man=no", join(workDir, name))).toEqual({ code: 0, told: "" });
  });

  test.each(names)("%s leaves the service little to do harm with", async (name) => {
    const { code, told } = await run("security", "--offline=true", `--threshold=${mostExposure}`, join(unitDir, name));
    expect(told).toContain("Overall exposure level");
    expect(code).toBe(0);
  });

  test("is the same for both but for the name, what it is, and how many files it may open", async () => {
    const [server = "", worker = ""] = await Promise.all(names.map((name) => Bun.file(join(unitDir, name)).text()));
    const plain = (unit: string, own: RegExp) => unit.replace(own, "").replace(/^Description=.*$/m, "");
    expect(plain(server, / server$|^# Each listener takes one\.\nLimitNOFILE=.*\n/gm)).toBe(
      plain(worker, / worker$/gm),
    );
  });
});
