// Tests that an unhandled rejection is logged and does not stop the service.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

setDefaultTimeout(120_000);

const program = `
  import { runService } from ${JSON.stringify(join(import.meta.dir, "../../shared/service/service.ts"))};
  await runService("server", () => ({ logLevel: "info" }), async ({ log }) => {
    void Promise.reject(new Error("no code handles this"));
    setTimeout(() => { log.info("still here"); process.exit(0); }, 20);
  });
`;

test("an unhandled rejection is logged as an error with its reason, and the service continues", async () => {
  const service = Bun.spawn(["bun", "-e", program], { stdio: ["ignore", "pipe", "pipe"] });
  const lines = (await new Response(service.stdout).text()).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: "error",
      message: "an unhandled rejection",
      reason: "no code handles this",
      stack: expect.stringContaining("no code handles this"),
    }),
    expect.objectContaining({ level: "info", message: "still here" }),
  ]);
  expect(await service.exited).toBe(0);
});
