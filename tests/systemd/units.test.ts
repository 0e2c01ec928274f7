// Tests of the systemd units as text.

import { expect, test } from "bun:test";
import { join } from "node:path";

const unitDir = join(import.meta.dir, "../../services/systemd");
const names = ["bellbuoy-server.service", "bellbuoy-worker.service"];

test("the systemd unit is the same for both services, except for name, description and open files", async () => {
  const [server = "", worker = ""] = await Promise.all(names.map((name) => Bun.file(join(unitDir, name)).text()));
  const plain = (unit: string, own: RegExp) => unit.replace(own, "").replace(/^Description=.*$/m, "");
  expect(plain(server, / server$|^# Each listener uses one file descriptor\.\nLimitNOFILE=.*\n/gm)).toBe(
    plain(worker, / worker$/gm),
  );
});
