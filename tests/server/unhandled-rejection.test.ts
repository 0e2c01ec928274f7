import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

setDefaultTimeout(120_000);

const program = `
  import { runService } from ${JSON.stringify(join(import.meta.dir, "../../shared/service/service.ts"))};
  await runService("server", () => ({ logLevel: "info" }), async ({ log }) => {
    void Promise.reject(new Error("nobody waits for this"));
    setTimeout(() => { log.info("still here"); process.exit(0); }, 20);
  });
`;

test("a fault that nobody waits for is logged as an error with its reason, and the service goes on", async () => {
  const service = Bun.spawn(["bun", "-e", program], { stdio: ["ignore", "pipe", "pipe"] });
  const lines = (await new Response(service.stdout).text()).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: "error",
      message: "an unhandled rejection",
      reason: "nobody waits for this",
      stack: expect.stringContaining("nobody waits for this"),
    }),
    expect.objectContaining({ level: "info", message: "still here" }),
  ]);
  expect(await service.exited).toBe(0);
});
