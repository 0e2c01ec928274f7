// An HTTP server that stands in for NDBC.
/** Describes a stand-in for NDBC that serves given bodies. */
export type Upstream = {
  url: string;
  /** Bodies by path; any other path gets NDBC's 404 page. A test can change it at any time. */
  files: Map<string, string>;
  /** `Last-Modified` by path; none for any other path. */
  modified: Map<string, Date>;
  /** Paths of all requests so far. */
  requests: string[];
  /** Resolves when a path has been requested `count` times in total. */
  asked(path: string, count: number): Promise<void>;
  stop(): Promise<void>;
};

const notFound = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>404 Not Found</title>
</head></html>
`;

/**
 * Starts a stand-in for NDBC on a free port, with NDBC's headers and conditional responses.
 * @param nowMs the time for its `Date` header
 */
export function startUpstream(nowMs: () => number = Date.now): Upstream {
  const files = new Map<string, string>();
  const modified = new Map<string, Date>();
  const requests: string[] = [];
  const waiting = new Set<() => void>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const path = new URL(request.url).pathname;
      requests.push(path);
      for (const check of waiting) check();
      const body = files.get(path);
      const headers = { Date: new Date(nowMs()).toUTCString(), "Content-Type": "text/plain; charset=ISO-8859-1" };
      if (body === undefined) {
        return new Response(notFound, { status: 404, headers: { ...headers, "Content-Type": "text/html" } });
      }
      const ETag = `"${Bun.hash(body).toString(16)}"`;
      const isKnown = request.headers.get("If-None-Match") === ETag;
      const lastModified = modified.get(path);
      const dates = lastModified ? { "Last-Modified": lastModified.toUTCString() } : {};
      return new Response(isKnown ? null : body, {
        status: isKnown ? 304 : 200,
        headers: { ...headers, ...dates, ETag },
      });
    },
  });
  const count = (path: string) => requests.filter((asked) => asked === path).length;
  return {
    url: `http://127.0.0.1:${server.port}`,
    files,
    modified,
    requests,
    asked: (path, wanted) =>
      new Promise((resolve) => {
        const check = () => {
          if (count(path) < wanted) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    stop: () => server.stop(true),
  };
}
