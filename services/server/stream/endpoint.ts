import { z } from "zod";
import { streamConnection, streamHeartbeat, streamObservation, streamReset } from "../api/answers.ts";
import { bboxParameter, sinceParameter, stationsParameter } from "../api/parameters.ts";
import { maxReplayEvents } from "./resume.ts";

const lastEventId = z.string().optional();

/** What the stream takes and sends, as `/openapi.json` tells it; {@link streamRoute} answers it. */
export const streamEndpoint = {
  path: "/v1/observations/stream",
  summary: "New observations the moment they are stored",
  description: [
    "Server-sent events: `connection` first, then each observation as `observation` with its event id as `id`. At most 15 seconds pass without a byte: a quiet stream gets comments, or `heartbeat` events where it has a filter.",
    `A client that reconnects with its last event id receives what it missed, and nothing twice. Where that is not possible event by event (an id that is no number, one whose successors were pruned, a gap of more than ${maxReplayEvents} events, a database that was set back by a backup or a failover) it receives \`reset\`: load \`/v1/observations/latest\` and go on from its \`lastEventId\`.`,
  ].join("\n\n"),
  pathParameters: z.strictObject({}),
  // Not strict: what proxies, libraries and pages append for their own ends is to be no 400, which ends an EventSource for good.
  queryParameters: z.object({
    stations: stationsParameter.optional(),
    bbox: bboxParameter.optional(),
    lastEventId: lastEventId.meta({
      description: "Begin after this event. It wins over `since`.",
      examples: ["0"],
    }),
    since: sinceParameter.optional(),
  }),
  headerParameters: z.object({
    "Last-Event-ID": lastEventId.meta({
      description: "Begin after this event, as a browser asks that comes back. It wins over `lastEventId`.",
      examples: ["0"],
    }),
  }),
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
};
