// Finds out why NDBC cannot be reached from this machine. fetch() gives the same message for most causes.

import { connect } from "node:net";

type Env = Record<string, string | undefined>;

const timeoutMs = 5_000;

/**
 * Opens the same TCP connection as the worker, through the environment's proxy if there is one, and sends nothing. Times out
 * after 5 s.
 * @returns the cause in words, or `null` if the connection succeeds
 */
export async function whyUnreachable(address: string, env: Env): Promise<string | null> {
  const url = new URL(address);
  const proxy = proxyFor(url, env);
  const { hostname, port, protocol } = proxy ?? url;
  // An IPv6 address has brackets in a URL only.
  const host = hostname.replace(/^\[|\]$/g, "");
  const cause = await tryConnection(host, Number(port) || (protocol === "https:" ? 443 : 80));
  return cause === null || proxy === null ? cause : `${cause} (the proxy that your environment sets)`;
}

function proxyFor({ hostname, protocol }: URL, env: Env): URL | null {
  const names = protocol === "https:" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const proxy = names.map((name) => env[name]).find(Boolean);
  const direct = (env.no_proxy ?? env.NO_PROXY ?? "").split(",").map((name) => name.trim().replace(/^\*?\./, ""));
  const isDirect = direct.some((name) => name !== "" && (hostname === name || hostname.endsWith(`.${name}`)));
  if (proxy === undefined || isDirect || direct.includes("*")) return null;
  const withProtocol = proxy.includes("://") ? proxy : `http://${proxy}`;
  return URL.canParse(withProtocol) ? new URL(withProtocol) : null;
}

function tryConnection(host: string, port: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => resolve(`${host} does not answer`));
  socket.once("connect", () => resolve(null));
  socket.once("error", (error: Error & { code?: string }) => resolve(inWords(error, host, port)));
  return promise.finally(() => socket.destroy());
}

function inWords({ code, message }: Error & { code?: string }, host: string, port: number): string {
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `the name ${host} cannot be resolved`;
  if (code === "ECONNREFUSED") return `${host} refuses connections on port ${port}`;
  if (code === "ETIMEDOUT") return `${host} does not answer`;
  return `${host}: ${message}`;
}
