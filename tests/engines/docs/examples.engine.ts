// Tests of the examples in other languages: a shell with curl, Python, Node.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type ExampleServer, examples, startExampleServer } from "../../docs/example-server.ts";
import { isMissing } from "../programs.ts";

setDefaultTimeout(120_000);

let server: ExampleServer;

beforeAll(async () => {
  server = await startExampleServer();
});
afterAll(() => server?.stop());

describe.each([
  ["listen.sh", "sh", isMissing("curl")],
  ["listen.py", "python3", isMissing("python3")],
  ["listen.mjs", "node", isMissing("node")],
] as const)("The example %s, run by %s,", (file, program, isSkipped) => {
  test.skipIf(isSkipped)("prints each report once, even if the server restarts", async () => {
    const { reported, lines } = await server.runThroughRestart([program, join(examples, file)]);
    expect(lines.map((line) => line.match(/\d{4}-[\d:T-]+\.000Z/)?.[0])).toEqual(reported);
    expect(lines.join("\n")).toMatch(/waves not measured|"waveHeightM":null/);
    expect(lines.join("\n")).toMatch(/waves of 1\.5 m|"waveHeightM":1\.5/);
  });
});
