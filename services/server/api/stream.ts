// /v1/observations/stream, as requests and clients see it; the folder `stream` answers it.

import { z } from "zod";
import { maxReplayEvents } from "../http/limits.ts";
import { streamConnection, streamHeartbeat, streamObservation, streamReset } from "./answers.ts";
import { described } from "./openapi.ts";
import { bboxParameter, checked, sinceParameter, stationsParameter } from "./parameters.ts";

const path = "/v1/observations/stream";

// Not strict: proxies, libraries and pages append parameters of their own, and a 400 ends an EventSource for good.
const queryParameters = z.object({
  stations: stationsParameter.optional(),
  bbox: bboxParameter.optional(),
  lastEventId: z
    .string()
    .optional()
    .meta({ description: "Begin after this event. It wins over `since`.", example: "0" }),
  since: sinceParameter.optional(),
});

/** `/v1/observations/stream` */
export const streamEndpoint = { path, pathParameters: z.strictObject({}), queryParameters };

/** Checks the parameters of the stream. */
export const checkStream = checked("query", queryParameters);

/** Describes the stream. */
export const describeStream = described({
  path,
  summary: "New observations the moment they are stored",
  description: [
    "Server-sent events: `connection` first, then each observation as `observation` with its event id as `id`. At most 15 seconds pass without a byte: a quiet stream gets comments, or `heartbeat` events where it has a filter.",
    `A client that reconnects with its last event id receives what it missed, and nothing twice. Where that is not possible event by event (an id that is no number, one whose successors were pruned, a gap of more than ${maxReplayEvents} events, a database that was set back by a backup or a failover) it receives \`reset\`: load \`/v1/observations/latest\` and go on from its \`lastEventId\`.`,
  ].join("\n\n"),
  headers: [
    {
      name: "Last-Event-ID",
      in: "header",
      description: "Begin after this event, as a browser asks that comes back. It wins over `lastEventId`.",
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
