// Hono types of the server's requests.
import type { Server } from "bun";
import type { Context } from "hono";

/** Hono environment of each request: the Bun server that received it. */
export type RequestEnv = { Bindings: { server: Server<undefined> } };

/** Hono context of a request. */
export type RequestContext = Context<RequestEnv>;
