// Tests of the documentation: links, dependencies, length and versions.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import manifest from "../../package.json" with { type: "json" };

const project = join(import.meta.dir, "../..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...new Bun.Glob("{docs,.github}/**/*.md").scanSync({ cwd: project, dot: true }),
];
const read = (page: string) => Bun.file(join(project, page)).text();

type Job = { uses?: string; steps?: { uses?: string }[] };
type Workflow = { permissions?: Record<string, string>; jobs: Record<string, Job> };

/** Returns GitHub's anchor for a heading. */
function anchorOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return text.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

describe("every link within the project has a target", () => {
  test.each(pages)("in %s", async (page) => {
    const text = (await read(page)).replace(/```[\s\S]*?```/g, "");
    const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
    for (const link of links) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      expect(existsSync(join(project, target)), `${page} links to ${link}`).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...(await read(target)).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
      expect(headings, `${page} links to ${link}`).toContain(anchor);
    }
  });
});

test("every test that a page names exists", async () => {
  const texts = await Promise.all(pages.map(read));
  const named = texts.flatMap((text) => [...text.matchAll(/`((?:\w+\/)*[\w.-]+\.(?:test|engine)\.ts)`/g)]);
  const paths = [...new Set(named.map(([, path = ""]) => path))];
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(join(project, path)))).toEqual([]);
});

test("docs/dependencies.md lists exactly the packages of package.json", async () => {
  const named = [...(await read("docs/dependencies.md")).matchAll(/^\| \[([^\]]+)\]/gm)].map(([, name = ""]) => name);
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const withoutTypes = installed.filter((name) => name === "@types/bun" || !name.startsWith("@types/"));
  expect(named.sort()).toEqual(withoutTypes.sort());
});

describe("the workflow", () => {
  test.each([...new Bun.Glob(".github/workflows/*").scanSync({ cwd: project, dot: true })])(
    "%s pins actions by digest, and gives no more permissions than its jobs name",
    async (path) => {
      const workflow = Bun.YAML.parse(await read(path)) as Workflow;
      const allowed = workflow.permissions;
      expect(allowed).toBeDefined();
      expect(Object.values(allowed ?? {}).filter((right) => right !== "read")).toEqual([]);
      for (const { uses, steps = [] } of Object.values(workflow.jobs)) {
        const actions = [uses, ...steps.map((step) => step.uses)].filter((action) => action !== undefined);
        for (const action of actions) expect(action).toMatch(/^\.\/|@[0-9a-f]{40}$/);
      }
    },
  );
});

test("README.md is at most 150 lines long", async () => {
  expect((await read("README.md")).split("\n").length).toBeLessThanOrEqual(151);
});

test("README, workflows, image, .ci/run and npm scripts use the Bun version of package.json", async () => {
  const [, version = ""] = /^>=(.+)$/.exec(manifest.engines.bun) ?? [];
  const files = [
    "README.md",
    ".ci/run",
    "services/Dockerfile",
    ".github/workflows/release.yaml",
    "package.json",
    "services/dev/install.sh",
  ];
  for (const file of files) {
    const named = [...(await read(file)).matchAll(/\bbun[@:](\d+\.\d+\.\d+)/g)].map(([, found = ""]) => found);
    expect(named, file).not.toBeEmpty();
    expect(new Set(named), file).toEqual(new Set([version]));
  }
});
