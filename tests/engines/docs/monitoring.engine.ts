// Tests of the alert rules and the dashboard's queries with promtool.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing } from "../programs.ts";

setDefaultTimeout(120_000);

const monitoring = join(import.meta.dir, "../../../docs/monitoring");
const workDir = mkdtempSync(join(tmpdir(), "bellbuoy-rules-"));
afterAll(() => rm(workDir, { recursive: true, force: true }));

type Dashboard = { panels: { targets?: { expr: string }[] }[] };

async function promtool(...args: string[]) {
  const { exitCode, stderr } = await Bun.$`promtool ${args}`.quiet().nothrow();
  return { exitCode, errors: stderr.toString() };
}

describe.skipIf(isMissing("promtool"))("promtool", () => {
  test("accepts the alert rules", async () => {
    expect(await promtool("check", "rules", join(monitoring, "alerts.yaml"))).toEqual({ exitCode: 0, errors: "" });
  });

  test("confirms that each alert fires when it should, and only then", async () => {
    const rules = join(monitoring, "alerts.test.yaml");
    expect(await promtool("test", "rules", rules)).toEqual({ exitCode: 0, errors: "" });
  });

  test("accepts each query of the dashboard", async () => {
    const { panels } = (await Bun.file(join(monitoring, "dashboard.json")).json()) as Dashboard;
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    // promtool checks queries only as recording rules.
    const rules = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
    const file = join(workDir, "queries.json");
    await Bun.write(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    expect(queries).not.toBeEmpty();
    expect(await promtool("check", "rules", file)).toEqual({ exitCode: 0, errors: "" });
  });
});
