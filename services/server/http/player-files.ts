// The files of the built player.

import type { Hono } from "hono";
import { serveStatic } from "hono/bun";
import { hashedName } from "../../../shared/player/hashed-name.ts";
import { maxPathLength } from "./limits.ts";
import type { RequestContext, RequestEnv } from "./request-env.ts";

/** Allowed paths of player files. The file system throws on NUL bytes and long names, so other paths never reach it. */
const playerPath = new RegExp(`^/[\\w./-]{0,${maxPathLength}}$`);

/** Adds the player to an app, after all other routes. @param playerDir absolute path of the built player */
export function addPlayerFiles(app: Hono<RequestEnv>, playerDir: string): void {
  const files = {
    root: playerDir,
    precompressed: true,
    onFound(path: string, c: RequestContext) {
      c.header("Cache-Control", hashedName.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
      // Also on uncompressed answers, so that caches keep both variants apart.
      c.header("Vary", "Accept-Encoding");
    },
  };
  app.get("/docs", serveStatic<RequestEnv>({ ...files, path: "docs.html" }));
  app.use(async (c, next) => (playerPath.test(c.req.path) ? next() : c.notFound()));
  app.use(serveStatic<RequestEnv>(files));
}
