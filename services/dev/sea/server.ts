// Serves the simulated sea as www.ndbc.noaa.gov would.

import { fileAt, type SeaFile } from "./files.ts";
import { createSea } from "./weather.ts";

/** Port, seed and clock of the simulated NDBC server. */
type SeaOptions = {
  /** 0 for any free port. */
  port: number;
  /** Selects the sea. The same seed gives the same bytes at the same time. */
  seed?: number;
  /** Seconds between two batches of rows, see {@link createSea}. */
  paceSeconds?: number;
  now?: () => Date;
};

/**
 * Starts a simulated www.ndbc.noaa.gov on this machine: about 110 stations, and files in NDBC's formats. As at NDBC, about half
 * of the rows have no water temperature, and three quarters no waves.
 * @throws {Error} if the port is taken
 */
export async function startSea({ port, seed = 1, paceSeconds = 1, now = () => new Date() }: SeaOptions) {
  const sea = createSea(seed, paceSeconds);
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
    /** Address without a trailing slash. */
    url: server.url.origin,
    /** Stops the server and closes open connections at once. */
    stop: () => server.stop(true),
  };
}

/** Answers as recorded from NDBC: with Last-Modified, without an ETag, and with 304 as Apache does. */
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

/** Returns the 404 page of NDBC's Apache. Some clients are known to store it as data. */
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
