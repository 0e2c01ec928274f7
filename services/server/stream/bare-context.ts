// The context that `streamSSE` gets instead of the request's own.

import type { RequestContext } from "../http/request-env.ts";

/**
 * Creates a minimal context. `streamSSE` keeps its context in `contextStash` while the stream is open, and a full one
 * takes 2 kB. It calls only these two functions, which a test of each stream relies on:
 * https://github.com/honojs/hono/blob/v4.13.19/src/helper/streaming/sse.ts
 * @param headers of the response
 */
export function bareContext(headers: Record<string, string>): RequestContext {
  return {
    header() {},
    newResponse: (body: ReadableStream) => new Response(body, { headers }),
  } as unknown as RequestContext;
}
