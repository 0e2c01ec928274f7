import type { Server } from "bun";
import type { Context } from "hono";

/** What each request may use of the server that took it. */
export type RequestEnv = { Bindings: { server: Server<undefined> } };

/** A request on its way through the routes. */
export type RequestContext = Context<RequestEnv>;
