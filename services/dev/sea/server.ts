// The stand-in for www.ndbc.noaa.gov.

import { fileAt, type SeaFile } from "./files.ts";
import { createSea } from "./weather.ts";

/** Where the stand-in listens, what its sea is, and by which clock. */
type SeaOptions = {
  /** 0 for any free port. */
  port: number;
  /** Another seed, another sea. The same seed gives the same bytes at the same time. */
  seed?: number;
  now?: () => Date;
};

/**
 * Starts a stand-in for www.ndbc.noaa.gov on this machine: about 60 stations on a simulated sea, their files in NDBC's own
 * formats, a new row almost every second.
 * @throws {Error} when the port is taken
 */
export async function startSea({ port, seed = 1, now = () => new Date() }: SeaOptions) {
  const sea = createSea(seed);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    fetch(request) {
      const { pathname } = new URL(request.url);
      const file = fileAt(sea, pathname, now());
      return file ? answer(request, file) : notFound(pathname);
    },
  });
  return {
    /** Without a slash at its end. */
    url: server.url.origin,
    /** Open connections are closed at once. */
    stop: () => server.stop(true),
  };
}

/** As NDBC has been recorded to answer: a time of the last change, never an ETag; and 304 as Apache would. */
function answer(request: Request, file: SeaFile): Response {
  const headers = new Headers({ "Cache-Control": "must-revalidate", Vary: "Accept-Encoding" });
  const known = Date.parse(request.headers.get("If-Modified-Since") ?? "");
  if (known >= file.lastModified.getTime()) return new Response(null, { status: 304, headers });

  headers.set("Content-Type", file.contentType);
  headers.set("Last-Modified", file.lastModified.toUTCString());
  headers.set("Accept-Ranges", "bytes");
  if (!/\bgzip\b/.test(request.headers.get("Accept-Encoding") ?? "")) return new Response(file.content(), { headers });
  headers.set("Content-Encoding", "gzip");
  return new Response(Bun.gzipSync(file.content()), { headers });
}

/** The page of NDBC's Apache, which others have been seen to store as data. */
function notFound(path: string): Response {
  const page = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>404 Not Found</title>
</head><body>
<h1>Not Found</h1>
<p>The requested URL ${Bun.escapeHTML(path)} was not found on this server.</p>
</body></html>
`;
  return new Response(page, { status: 404, headers: { "Content-Type": "text/html; charset=iso-8859-1" } });
}
