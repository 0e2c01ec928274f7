// Parameters and description of /v1/observations/stream; the folder `stream` implements it.

import { z } from "zod";
import { maxReplayEvents, maxReplaySpan } from "../http/limits.ts";
import { streamConnection, streamHeartbeat, streamObservation, streamReset } from "./answers.ts";
import { described } from "./openapi.ts";
import { bboxParameter, checked, sinceParameter, stationsParameter } from "./parameters.ts";

const path = "/v1/observations/stream";

// Not strict: proxies, libraries and pages append their own parameters, and a 400 permanently closes an EventSource.
const queryParameters = z.object({
  stations: stationsParameter.optional(),
  bbox: bboxParameter.optional(),
  lastEventId: z.string().optional().meta({ description: "Resume after this event. Overrides `since`.", example: "0" }),
  since: sinceParameter.optional(),
});

/** Endpoint `/v1/observations/stream`. */
export const streamEndpoint = { path, pathParameters: z.strictObject({}), queryParameters };

/** Middleware that checks the stream's parameters. */
export const checkStream = checked("query", queryParameters);

/** Middleware that describes the stream for `/openapi.json`. */
export const describeStream = described({
  path,
  summary: "Live stream of new observations",
  description: [
    "Server-sent events: first `connection`, then an `observation` event for each observation, with its event id as `id`. The server sends something at least every 15 seconds: a quiet stream gets comments, or `heartbeat` events if it has a filter.",
    `A client that reconnects with its last event id receives the events it missed, without duplicates. If a replay is not possible, it receives \`reset\`: load \`/v1/observations/latest\` and continue from its \`lastEventId\`. Reasons are an invalid id, pruned events, more than ${maxReplayEvents} missed events, more than ${maxReplaySpan} events stored since then, or a database that was set back by a backup or a failover.`,
  ].join("\n\n"),
  headers: [
    {
      name: "Last-Event-ID",
      in: "header",
      description: "Resume after this event; browsers send it when they reconnect. Overrides `lastEventId`.",
      schema: { type: "string" },
      example: "0",
    },
  ],
  answers: {
    "text/event-stream": {
      events: {
        connection: streamConnection,
        heartbeat: streamHeartbeat,
        observation: streamObservation,
        reset: streamReset,
      },
    },
  },
  refusals: [400],
});
