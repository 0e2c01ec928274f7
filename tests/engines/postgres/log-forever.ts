// A service that only logs, for tests of its log.

import { runService } from "../../../shared/service/service.ts";

await runService(
  "test",
  () => ({ logLevel: "info" as const }),
  async ({ log }) => {
    setInterval(() => log.info("a line that fills the disk ".repeat(20)), 1);
  },
);
