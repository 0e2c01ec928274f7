// Tests of the systemd units with systemd-analyze.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing } from "../programs.ts";

setDefaultTimeout(120_000);

const unitDir = join(import.meta.dir, "../../../services/systemd");
const names = ["bellbuoy-server.service", "bellbuoy-worker.service"];
/** Max exposure in tenths, of 100. systemd calls less than 20 "OK". */
const maxExposure = 15;

const workDir = mkdtempSync(join(tmpdir(), "bellbuoy-units-"));
afterAll(() => rm(workDir, { recursive: true, force: true }));

async function run(...words: string[]) {
  const child = Bun.spawn(["systemd-analyze", ...words, "--no-pager"], { stdout: "pipe", stderr: "pipe" });
  const output = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
  return { code: await child.exited, output };
}

describe.skipIf(isMissing("systemd-analyze"))("The systemd unit", () => {
  test.each(names)("%s has no line that systemd rejects", async (name) => {
    // The check needs an existing program, and bellbuoy is not installed here.
    const unit = await Bun.file(join(unitDir, name)).text();
    await Bun.write(join(workDir, name), unit.replace("/usr/local/bin/bellbuoy", "/bin/true"));
    expect(await run("verify", "--man=no", join(workDir, name))).toEqual({ code: 0, output: "" });
  });

  test.each(names)("%s restricts the service well enough", async (name) => {
    const { code, output } = await run("security", "--offline=true", `--threshold=${maxExposure}`, join(unitDir, name));
    expect(output).toContain("Overall exposure level");
    expect(code).toBe(0);
  });
});
