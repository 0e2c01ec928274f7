import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { COMPRESSIBLE_CONTENT_TYPE_REGEX } from "hono/utils/compress";
import { acceptedEncoding } from "./negotiate.ts";

/** Below this an answer is hardly smaller compressed. */
const threshold = 1024;

/** NDJSON too. Never a stream of events, which are to leave at once. */
const contentTypeFilter = (type: string) =>
  type.startsWith("application/x-ndjson") || COMPRESSIBLE_CONTENT_TYPE_REGEX.test(type);

const compressors: Record<"zstd" | "gzip", MiddlewareHandler> = {
  // Hono hands the name to CompressionStream, which knows this one in Bun.
  zstd: compress({ encoding: "zstd" as "gzip", threshold, contentTypeFilter }),
  gzip: compress({ encoding: "gzip", threshold, contentTypeFilter }),
};

/** Compresses answers as they leave, by zstd or gzip, for who takes it. */
export const compressed: MiddlewareHandler = (c, next) => {
  const encoding = acceptedEncoding(c.req.header("Accept-Encoding"), ["zstd", "gzip"]);
  return compressors[encoding ?? "gzip"](c, next);
};
