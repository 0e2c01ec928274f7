// Middleware: response compression with zstd or gzip.
import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { COMPRESSIBLE_CONTENT_TYPE_REGEX } from "hono/utils/compress";
import { acceptedEncoding } from "./negotiate.ts";

/** Min body size for compression, in bytes; smaller bodies hardly shrink. */
const threshold = 1024;

/** Adds NDJSON to Hono's types. Event streams stay uncompressed, since compression buffers events. */
const contentTypeFilter = (type: string) =>
  type.startsWith("application/x-ndjson") || COMPRESSIBLE_CONTENT_TYPE_REGEX.test(type);

const compressors: Record<"zstd" | "gzip", MiddlewareHandler> = {
  // Hono passes the name on to CompressionStream, and Bun supports zstd there. Its type allows only gzip and deflate:
  // https://github.com/honojs/hono/blob/v4.13.19/src/middleware/compress/index.ts
  zstd: compress({ encoding: "zstd" as "gzip", threshold, contentTypeFilter }),
  gzip: compress({ encoding: "gzip", threshold, contentTypeFilter }),
};

/** Compresses answers with zstd or gzip if the client accepts one of them. */
export const compressed: MiddlewareHandler = (c, next) => {
  const encoding = acceptedEncoding(c.req.header("Accept-Encoding"), ["zstd", "gzip"]);
  return compressors[encoding ?? "gzip"](c, next);
};
