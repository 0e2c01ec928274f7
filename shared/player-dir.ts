// Where the built player is.

import { join } from "node:path";

/**
 * Where the built player lies, an absolute path: in an executable beside the code, see `services/executable/build.ts`,
 * otherwise in `web/dist`. Any static host can serve it.
 */
export const playerDir = join(import.meta.dir, Bun.isStandaloneExecutable ? "dist" : "../web/dist");
