// The folder of the built player.

import { join } from "node:path";

/**
 * Absolute path of the built player. In an executable it is next to the code, see `services/executable/build.ts`;
 * otherwise it is `web/dist`. Any static host can serve it.
 */
export const playerDir = join(import.meta.dir, Bun.isStandaloneExecutable ? "dist" : "../../web/dist");
